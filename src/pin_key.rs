//! The file that holds the key of PINs (K-4): beside the store, not in it.
//!
//! Made with mode 0600 when the first PIN is loaded, from the system's randomness, and never changed. Without it the
//! PINs of the store can't be checked, so it belongs into a backup of its own. Deliberately absent: exchange of the key,
//! for which all PINs would have to be loaded anew.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::domain::card::pin::{KEY_BYTES, PinKey};

const FILE_MODE: u32 = 0o600;

/// The file of a data folder.
#[derive(Debug)]
pub struct PinKeyFile(PathBuf);

impl PinKeyFile {
    /// The key in this file, whether it is there or not.
    pub fn at(path: PathBuf) -> Self {
        PinKeyFile(path)
    }

    /// The key; `None` if there is no file.
    pub fn read(&self) -> io::Result<Option<PinKey>> {
        let bytes = match fs::read(&self.0) {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.because(&error.to_string())),
        };
        if self.0.metadata()?.mode() & 0o077 != 0 {
            return Err(self.because("others can read it: chmod it to 600"));
        }
        let key: [u8; KEY_BYTES] = bytes
            .as_slice()
            .try_into()
            .map_err(|_| self.because("it holds no key of 32 bytes: bring it back from its backup"))?;
        Ok(Some(PinKey::new(key)))
    }

    /// The key, made and durable now if there is no file.
    pub fn read_or_make(&self) -> io::Result<PinKey> {
        if let Some(key) = self.read()? {
            return Ok(key);
        }
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        getrandom::fill(&mut *key).map_err(|error| self.because(&error.to_string()))?;
        let made = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(&self.0);
        let mut file = match made {
            Ok(file) => file,
            // Somebody else was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return self.read()?.ok_or_else(|| self.because("it went away"));
            }
            Err(error) => return Err(self.because(&error.to_string())),
        };
        file.write_all(&*key)?;
        file.sync_all()?;
        File::open(self.0.parent().unwrap_or(Path::new(".")))?.sync_all()?;
        tracing::warn!(file = %self.0.display(), "made the key of card PINs, back it up apart from the store");
        Ok(PinKey::new(*key))
    }

    fn because(&self, why: &str) -> io::Error {
        io::Error::other(format!("the file {} of the key of PINs: {why}", self.0.display()))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::domain::card::CardNumber;

    #[test]
    fn k_4_the_key_is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pin.key");
        let file = PinKeyFile::at(path.clone());
        assert!(file.read().unwrap().is_none());
        let (card, pin) = (CardNumber::parse("6001").unwrap(), "1234".to_owned().into());
        let digest = file.read_or_make().unwrap().digest(&card, &pin);
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
        let again = file.read_or_make().unwrap();
        assert_eq!(again.verify(&card, &pin, &digest), Ok(true));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(file.read().unwrap_err().to_string().contains("chmod"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "short").unwrap();
        assert!(file.read().unwrap_err().to_string().contains("holds no key"));
    }
}
