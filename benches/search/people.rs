//! Customers with names drawn by frequency, the same in every run.

use castile::domain::contact_point::{Address, ContactPoint, EMail, Telephone};
use castile::domain::customer::Customer;
use castile::domain::identity::CustomerId;
use castile::store::Change;
use castile::store::record::history::{self, HistoryRow};
use castile::store::record::{encode_customer, key};
use jiff::Timestamp;

use crate::Outcome;

const LAST_NAMES: usize = 40_000;
const FIRST_NAMES: usize = 4_000;

/// Numbers that are the same in every run.
pub(super) struct Numbers(pub(super) u64);

impl Numbers {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// By frequency: the n-th of `count` about 1/n as often as the first.
    fn rank(&mut self, count: usize) -> usize {
        let share = self.next() as f64 / u64::MAX as f64;
        ((count as f64).powf(share) as usize - 1).min(count - 1)
    }
}

/// The n-th of a list of names that can be spoken.
fn name(n: usize) -> String {
    const HEADS: [&str; 20] = [
        "S", "M", "B", "H", "C", "W", "R", "G", "Sch", "K", "P", "D", "L", "F", "T", "J", "Br", "N", "A", "V",
    ];
    const MIDDLES: [&str; 10] = ["a", "e", "i", "o", "u", "ar", "il", "er", "on", "ü"];
    const TAILS: [&str; 20] = [
        "ller", "nson", "tter", "rg", "nez", "rcia", "m", "nd", "ck", "ez", "son", "ton", "ley", "man",
        "vic", "ski", "tti", "llo", "ro", "s",
    ];
    let (head, rest) = (HEADS[n % 20], n / 20);
    let (middle, rest) = (MIDDLES[rest % 10], rest / 10);
    let (tail, rest) = (TAILS[rest % 20], rest / 20);
    let inner: String =
        if rest > 0 { format!("{}{}", MIDDLES[rest % 10], ["r", "n", "l"][rest % 3]) } else { String::new() };
    format!("{head}{middle}{inner}{tail}")
}

pub(super) fn names_of(id: u64) -> (String, String) {
    let mut numbers = Numbers(id);
    (name(numbers.rank(FIRST_NAMES) * 7 + 3), name(numbers.rank(LAST_NAMES)))
}

pub(super) fn email_of(id: u64) -> String {
    let (first, last) = names_of(id);
    let plain = |text: String| text.to_lowercase().replace('ü', "u");
    format!("{}.{}{id}@post.example", plain(first), plain(last))
}

pub(super) fn phone_of(id: u64) -> String {
    format!("{}", 2_000_000_000 + Numbers(id ^ 0x5eed).next() % 8_000_000_000)
}

fn point<V>(value: V) -> ContactPoint<V> {
    ContactPoint {
        sequence: 1,
        type_code: Some("HOME".to_owned()),
        label: None,
        contact_preference_code: None,
        active: true,
        primary: true,
        valid: true,
        value,
    }
}

fn customer(id: u64) -> Customer {
    let mut customer = Customer::new(CustomerId(id), Timestamp::UNIX_EPOCH);
    let (first, last) = names_of(id);
    let mut numbers = Numbers(id ^ 0xadd);
    customer.individual.first_name = Some(first);
    customer.individual.last_name = Some(last);
    customer.emails = vec![point(EMail { address: email_of(id) })];
    customer.telephones = vec![point(Telephone { number: phone_of(id), extension: None })];
    customer.addresses = vec![point(Address {
        lines: [
            Some(format!("{} {} Street", numbers.next() % 9_000, name(numbers.rank(5_000)))),
            None,
            None,
            None,
        ],
        city: Some(format!("{}ville", name(numbers.rank(2_000)))),
        territory: Some(["OH", "CA", "TX", "NY", "FL", "WA"][numbers.rank(6)].to_owned()),
        postal_code: Some(format!("{:05}", 10_000 + numbers.next() % 80_000)),
        ..Address::default()
    })];
    customer
}

/// The change that adds this customer.
pub(super) fn insertion(id: u64) -> Outcome<Change> {
    let row = HistoryRow {
        time: Timestamp::UNIX_EPOCH,
        who: "anonymous".into(),
        operation: "addCustomer".into(),
        request_id: "bench".into(),
        customer: id,
        previous: None,
        sections: Vec::new(),
        notes: Vec::new(),
        cards: Vec::new(),
    };
    let mut change = Change::new();
    change.put(key::customer(CustomerId(id)), encode_customer(&customer(id))?);
    change.log(history::encode(&row)?);
    Ok(change)
}
