//! V-9: e-mail addresses.
//!
//! The form is judged by a maintained parser; whether an address receives mail is not known here. Case is kept.

use email_address::{EmailAddress, Options};
use unicode_normalization::char::is_combining_mark;

/// An e-mail address after V-9.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// What is stored.
    pub address: String,
    /// Has the form account@sub-domain.domain.
    pub valid: bool,
}

/// V-9: with no `@`, the first `#` becomes `@`; then the form decides.
pub fn judge(sent: &str) -> Judged {
    let address = if sent.contains('@') { sent.to_owned() } else { sent.replacen('#', "@", 1) };
    let form = Options::default().with_required_tld().without_domain_literal().without_display_text();
    let valid = EmailAddress::parse_with_options(&address, form).is_ok_and(|parsed| is_host(parsed.domain()));
    Judged { address, valid }
}

/// The parser takes any atom (`shop#example.com`) for a domain; a host has letters, digits and hyphens only.
fn is_host(domain: &str) -> bool {
    domain
        .chars()
        .all(|symbol| symbol.is_alphanumeric() || is_combining_mark(symbol) || matches!(symbol, '-' | '.'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(sent: &str, stored: &str, valid: bool) {
        assert_eq!(judge(sent), Judged { address: stored.to_owned(), valid }, "{sent}");
    }

    #[test]
    fn v_9_the_form_is_account_at_sub_domain_dot_domain() {
        check("anna@example.com", "anna@example.com", true);
        check("Anna.Berg+shop@mail.Example.com", "Anna.Berg+shop@mail.Example.com", true);
        check("anna#1@example.com", "anna#1@example.com", true);
        check("änna@exämple.de", "änna@exämple.de", true);
        for sent in [
            "anna@example",
            "anna@example.",
            "anna@.com",
            "@example.com",
            "anna@",
            "anna",
            "anna@b@example.com",
            "anna berg@example.com",
            "anna@exa mple.com",
            "Anna <anna@example.com>",
            "anna@[127.0.0.1]",
            "anna..berg@example.com",
            "anna@-example.com",
        ] {
            check(sent, sent, false);
        }
    }

    #[test]
    fn v_9_the_first_hash_becomes_the_at_sign_where_there_is_none() {
        check("anna#example.com", "anna@example.com", true);
        check("anna#shop#example.com", "anna@shop#example.com", false);
        check("anna#example", "anna@example", false);
        check("#", "@", false);
    }

    proptest! {
        #[test]
        fn v_9_judging_twice_is_judging_once(sent in "[a-c#@. ]{0,12}") {
            let once = judge(&sent);
            prop_assert_eq!(judge(&once.address), once);
        }
    }
}
