//! Bad input over the running server: what is answered, and that nothing comes of it.
//!
//! A row is bytes and the refusal they get, in the one line of [`fault::summary`]. After each row a good request is
//! answered as ever, and the customer that the row would have added is not there.

mod bytes;
mod envelopes;
mod headers;
mod values;

use super::support::{Answer, Client, Server, castile, fault, soap};

const SOAP_11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP_12: &str = "http://www.w3.org/2003/05/soap-envelope";
const TYPE_11: (&str, &str) = ("Content-Type", "text/xml; charset=utf-8");
const TYPE_12: (&str, &str) = ("Content-Type", "application/soap+xml; charset=utf-8");

/// Limits so low that going over them is quick.
const LIMITS: &[(&str, &str)] = &[
    ("CASTILE_LIMITS__MESSAGE_BYTES_MAX", "20000"),
    ("CASTILE_LIMITS__DEPTH_MAX", "12"),
    ("CASTILE_LIMITS__CHILDREN_MAX", "30"),
    ("CASTILE_LIMITS__ATTRIBUTES_MAX", "8"),
    ("CASTILE_LIMITS__ATTRIBUTE_VALUE_BYTES_MAX", "300"),
    ("CASTILE_LIMITS__NAME_BYTES_MAX", "60"),
    ("CASTILE_LIMITS__ELEMENTS_MAX", "80"),
];

/// A server that holds one customer, with the id 1.
struct Scene {
    server: Server,
    folder: tempfile::TempDir,
    known: String,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = castile::<&str>(folder.path(), &[]);
        command.envs(LIMITS.iter().copied()).args(["--listen", "127.0.0.1:0"]);
        let server = Server::spawn(&mut command);
        let mut client = server.client();
        let known = soap::customer("addCustomer", &soap::name("Ada", "Known"));
        assert_eq!(client.post(&soap::envelope(&known)).text("CustomerID"), "1");
        let known = retrieve_known(&mut client);
        Scene { server, folder, known }
    }

    /// Sends the bytes on a connection of their own and compares the refusal.
    #[track_caller]
    fn check(&self, name: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>, expected: &str) -> Answer {
        let answer = self.server.client().exchange("POST", soap::PATH, headers, body);
        self.compare(name, &answer, expected);
        answer
    }

    #[track_caller]
    fn compare(&self, name: &str, answer: &Answer, expected: &str) {
        assert_eq!(fault::summary(answer), expected, "{name}: {}", answer.body);
        self.check_unharmed(name);
    }

    /// A good request is answered as ever, and nothing was added under the key of the rows.
    #[track_caller]
    fn check_unharmed(&self, name: &str) {
        let mut client = self.server.client();
        assert_eq!(retrieve_known(&mut client), self.known, "after {name}");
        let stored = client.post(&soap::envelope(&soap::retrieve(&soap::key("XSTORE_ID", "row"))));
        assert_eq!(fault::summary(&stored), "500 Client CUSTOMER_NOT_FOUND", "after {name}: {}", stored.body);
    }

    /// The same request element in both versions.
    #[track_caller]
    fn check_both(&self, name: &str, element: &str, expected_11: &str, expected_12: &str) {
        self.check(name, &[TYPE_11], lines(SOAP_11, "", element), expected_11);
        self.check(name, &[TYPE_12], lines(SOAP_12, "", element), expected_12);
    }

    /// Nothing but the known customer was stored, and the server ends as it should.
    fn end(self) {
        let mut client = self.server.client();
        for id in 2..100 {
            let answer =
                client.post(&soap::envelope(&soap::retrieve(&format!("<CustomerID>{id}</CustomerID>"))));
            assert_eq!(fault::summary(&answer), "500 Client CUSTOMER_NOT_FOUND");
        }
        drop(client);
        self.server.stop();
        drop(self.folder);
    }
}

fn retrieve_known(client: &mut Client) -> String {
    let answer = client.post(&soap::envelope(&soap::retrieve("<CustomerID>1</CustomerID>")));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

/// An envelope over five lines; the request element starts at line 4, column 3.
fn lines(namespace: &str, header: &str, element: &str) -> String {
    let header = if header.is_empty() { String::new() } else { format!("<e:Header>{header}</e:Header>") };
    format!("<e:Envelope xmlns:e=\"{namespace}\">{header}\n <e:Body>\n\n  {element}\n </e:Body></e:Envelope>")
}

/// An add of a customer that would be found by the key `row`.
fn add(content: &str) -> String {
    soap::customer("addCustomer", &format!("{}{content}", soap::key("XSTORE_ID", "row")))
}

fn retrieve_1() -> String {
    soap::retrieve("<CustomerID>1</CustomerID>")
}
