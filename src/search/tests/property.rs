//! Search answers what a scan of all customers finds, for every field and search type, in order, page by page.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::Config;

use super::*;
use crate::domain::fold;
use crate::search::sound;

/// Names and parts of names that differ by case, accent, script and sound.
const TEXTS: &[&str] = &[
    "Müller",
    "MULLER",
    "Mueller",
    "Meyer",
    "Maier",
    "Łódź",
    "Lodz",
    "Strauß",
    "STRAUSS",
    "Øster",
    "Oster",
    "İnan",
    "inan",
    "ΑΛΕΞΗΣ",
    "Αλέξης",
    "김민준",
    "김민",
    "हिन्दी",
    "がく",
    "かく",
    "O'Brien",
    "Obrian",
    "Smith",
    "Smyth",
    "van der Berg",
    "Berg",
    "Ek",
    "é",
    "E\u{301}k",
    "de la Cruz",
    "Ng",
];
const ADDRESSES: &[&str] =
    &["ana.ruiz@post.example", "ANA@post.example", "bo@mail.example", "müller@post.example"];
const NUMBERS: &[&str] = &["14405550100", "(440) 555-0100", "4405550199", "no number", "111", "05550"];
const CODES: &[&str] = &["SW1A 1AA", "sw1a1aa", "49136-1234", "49136", "X-1", "XSTORE 1", "7"];
const TYPES: &[&str] = &["EMAIL", "XSTORE_ID"];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => select(TEXTS).prop_map(str::to_owned), 1 => "[abAäß김\u{301} ]{1,5}"]
}

fn optional(texts: impl Strategy<Value = String>) -> impl Strategy<Value = Option<String>> {
    proptest::option::weighted(0.8, texts)
}

fn of(texts: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(texts).prop_map(str::to_owned)
}

prop_compose! {
    fn customer()(
        active in proptest::bool::weighted(0.85),
        names in (optional(text()), optional(text()), proptest::option::weighted(0.2, text())),
        business in proptest::option::weighted(0.3, text()),
        emails in proptest::collection::vec((any::<bool>(), of(ADDRESSES)), 0..3),
        telephones in proptest::collection::vec((any::<bool>(), of(NUMBERS)), 0..3),
        addresses in proptest::collection::vec((any::<bool>(), text(), text(), text(), of(CODES)), 0..3),
        keys in proptest::collection::vec((any::<bool>(), of(TYPES), of(CODES)), 0..3),
    ) -> Customer {
        let mut customer = Customer::new(CustomerId(1), Timestamp::UNIX_EPOCH);
        customer.active = active;
        (customer.individual.first_name, customer.individual.last_name, customer.individual.last_name_2) = names;
        customer.profile.business_name = business;
        customer.emails = emails.iter().zip(1..).map(|((active, text), n)| point(n, *active, email(text))).collect();
        customer.telephones =
            telephones.iter().zip(1..).map(|((active, text), n)| point(n, *active, telephone(text))).collect();
        let addressed = |((active, a, b, c, d), n): (&(bool, String, String, String, String), u32)| {
            point(n, *active, address([a, b, c, d]))
        };
        customer.addresses = addresses.iter().zip(1..).map(addressed).collect();
        customer.alternate_keys = keys.iter().map(|(active, kind, id)| held_key(kind, id, *active)).collect();
        customer
    }
}

/// A criterion as it was drawn; it may be refused.
#[derive(Debug, Clone)]
struct Drawn {
    field: Field,
    search_type: SearchType,
    text: String,
    type_code: Option<String>,
}

impl Drawn {
    fn criterion(&self) -> Option<Criterion> {
        let criterion = Criterion::new(self.field, self.search_type, &self.text).ok()?;
        Some(match &self.type_code {
            Some(type_code) if self.field == Field::AlternateKey => criterion.of_type(type_code),
            _ => criterion,
        })
    }
}

const SEARCH_TYPES: &[SearchType] = &[
    SearchType::Exact,
    SearchType::StartsWith,
    SearchType::EndsWith,
    SearchType::Contains,
    SearchType::SoundsLike,
];

prop_compose! {
    /// Any part of any text that some customer may have.
    fn drawn()(
        field in select(Field::ALL),
        search_type in select(SEARCH_TYPES),
        source in prop_oneof![text(), of(ADDRESSES), of(NUMBERS), of(CODES)],
        (start, end) in (any::<Index>(), any::<Index>()),
        whole in any::<bool>(),
        type_code in proptest::option::weighted(0.3, of(TYPES)),
    ) -> Drawn {
        let characters: Vec<char> = source.chars().collect();
        let (start, end) = (start.index(characters.len()), end.index(characters.len()));
        let part: String = characters[start.min(end)..=start.max(end)].iter().collect();
        Drawn { field, search_type, text: if whole { source } else { part }, type_code }
    }
}

/// The texts of a field: (address, active, folded, type code).
fn texts(customer: &Customer, field: Field) -> Vec<(usize, bool, String, Option<String>)> {
    let plain = |text: &Option<String>| text.iter().map(|text| (0, true, fold::fold(text), None)).collect();
    let of_address = |part: fn(&Address) -> Option<&String>, fold: fn(&str) -> String| {
        let parts = customer.addresses.iter().enumerate();
        parts.filter_map(|(at, p)| Some((at + 1, p.active, fold(part(&p.value)?), None))).collect()
    };
    match field {
        Field::LastName => {
            let mut texts: Vec<_> = plain(&customer.individual.last_name);
            texts.extend::<Vec<_>>(plain(&customer.individual.last_name_2));
            texts
        }
        Field::FirstName => plain(&customer.individual.first_name),
        Field::BusinessName => plain(&customer.profile.business_name),
        Field::EMailAddress => {
            customer.emails.iter().map(|p| (0, p.active, fold::fold(&p.value.address), None)).collect()
        }
        Field::PhoneNumber => {
            let number = |p: &ContactPoint<Telephone>| {
                let digits = fold::digits(&p.value.number);
                (0, p.active, fold::without_leading_ones(&digits).to_owned(), None)
            };
            customer.telephones.iter().map(number).collect()
        }
        Field::AddressLine1 => of_address(|address| address.lines[0].as_ref(), fold::fold),
        Field::City => of_address(|address| address.city.as_ref(), fold::fold),
        Field::Territory => of_address(|address| address.territory.as_ref(), fold::fold),
        Field::PostalCode => of_address(|address| address.postal_code.as_ref(), fold::code),
        Field::AlternateKey => {
            let keys = customer.alternate_keys.iter();
            keys.map(|h| (0, h.active, fold::fold(&h.key.alternate_id), Some(h.key.type_code.clone())))
                .collect()
        }
        Field::CardNumber => Vec::new(),
    }
}

fn holds(criterion: &Criterion, text: &str) -> bool {
    let sought = criterion.folded.as_str();
    !text.is_empty()
        && match criterion.search_type {
            SearchType::Exact => text == sought,
            SearchType::StartsWith => text.find(sought) == Some(0),
            SearchType::EndsWith => text.rfind(sought) == Some(text.len().wrapping_sub(sought.len())),
            SearchType::Contains => text.contains(sought),
            SearchType::SoundsLike => sound::alike(&sound::sounds(sought), &sound::sounds(text)),
        }
}

/// The plainest statement of the rules of search.
fn scan(customers: &[Customer], query: &Query) -> Vec<u64> {
    let all = query.include_inactive;
    let places = |customer: &Customer, criterion: &Criterion| -> Vec<usize> {
        let texts = texts(customer, criterion.field).into_iter();
        let right = texts.filter(|(_, active, text, kind)| {
            let kind = criterion.type_code.is_none() || criterion.type_code == *kind;
            (*active || all) && kind && holds(criterion, text)
        });
        right.map(|(place, ..)| place).collect()
    };
    let is_part = |c: &&Criterion| {
        matches!(c.field, Field::AddressLine1 | Field::City | Field::Territory | Field::PostalCode)
    };
    let matches = |customer: &&Customer| {
        let parts: Vec<_> = query.criteria.iter().filter(is_part).map(|c| places(customer, c)).collect();
        let one_place = parts.is_empty()
            || (1..=customer.addresses.len()).any(|place| parts.iter().all(|places| places.contains(&place)));
        let others = query.criteria.iter().filter(|c| !is_part(c)).all(|c| !places(customer, c).is_empty());
        (customer.active || all) && one_place && others
    };
    let mut found: Vec<_> = customers.iter().filter(matches).collect();
    let name = |name: &Option<String>| fold::fold(name.as_deref().unwrap_or_default());
    found.sort_by_key(|c| (name(&c.individual.last_name), name(&c.individual.first_name), c.id));
    found.iter().map(|customer| customer.id.0).collect()
}

async fn walk(search: &Search, query: &Query, customers_max: usize) -> Vec<u64> {
    let (mut found, mut token) = (Vec::new(), None);
    loop {
        let request = PageRequest { query, customers_max, token: token.as_deref() };
        let page = search.find(request).await.unwrap();
        assert!(page.hits.len() <= customers_max);
        found.extend(ids(&page));
        token = page.next_token;
        if token.is_none() {
            return found;
        }
    }
}

async fn compare(customers: Vec<Customer>, indexed: usize, drawn: &[Drawn], inactive: bool, page: usize) {
    let store = Arc::new(MemoryStore::new());
    let search = Search::new(store.clone(), Options::new(Place::Memory));
    for (customer, other) in customers[..indexed].iter().zip(customers.iter().cycle().skip(1)) {
        // An older state in the index, so that the overlay has something to hide: half that of somebody else.
        let mut older = Customer { id: customer.id, ..other.clone() };
        older.individual = customer.individual.clone();
        older.individual.first_name = other.individual.first_name.clone();
        store_customer(&*store, if customer.id.0 % 3 == 0 { &older } else { customer }).await;
    }
    search.flush().await.unwrap();
    for customer in &customers {
        if customer.id.0 % 3 == 0 || customer.id.0 > indexed as u64 {
            store_customer(&*store, customer).await;
        }
    }
    let mut queries: Vec<Vec<Criterion>> =
        drawn.iter().filter_map(|drawn| Some(vec![drawn.criterion()?])).collect();
    queries.extend(
        drawn.windows(2).filter_map(|pair| pair.iter().map(Drawn::criterion).collect::<Option<Vec<_>>>()),
    );
    for criteria in queries {
        let query = Query::new(criteria, inactive).unwrap();
        assert_eq!(walk(&search, &query, page).await, scan(&customers, &query), "{query:?}");
    }
}

proptest! {
    #![proptest_config(Config { cases: 48, ..Config::default() })]

    #[test]
    fn search_answers_what_a_scan_finds(
        customers in proptest::collection::vec(customer(), 1..40),
        indexed in any::<Index>(),
        drawn in proptest::collection::vec(drawn(), 60),
        inactive in any::<bool>(),
        page in 1_usize..9,
    ) {
        let numbered = |(mut customer, id): (Customer, u64)| {
            customer.id = CustomerId(id);
            customer
        };
        let customers: Vec<_> = customers.into_iter().zip(1..).map(numbered).collect();
        let indexed = indexed.index(customers.len() + 1);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(compare(customers, indexed, &drawn, inactive, page));
    }
}

/// Every field with every search type finds a customer that has it, so that the comparison above compares something.
#[tokio::test]
async fn every_search_type_finds_on_every_field() {
    let store = Arc::new(MemoryStore::new());
    let search = Search::new(store.clone(), Options::new(Place::Memory));
    let mut customer = named(1, "Zoë", "Müller");
    customer.profile.business_name = Some("Bäckerei Smith".to_owned());
    customer.emails = vec![point(1, true, email("zoe@post.example"))];
    customer.telephones = vec![point(1, true, telephone("440 555 0100"))];
    customer.addresses = vec![point(1, true, address(["12 Elm Street", "Köln", "Ohio", "SW1A 1AA"]))];
    customer.alternate_keys = vec![held_key("XSTORE_ID", "AB-17", true)];
    store_customer(&*store, &customer).await;
    let cases = [
        (Field::LastName, ["MULLER", "mü", "ler", "ull", "Mueller"]),
        (Field::FirstName, ["zoe", "Z", "ë", "zoe", "Soe"]),
        (Field::BusinessName, ["backerei smith", "BÄ", "th", "rei", "Smyth"]),
        (Field::EMailAddress, ["Zoe@post.example", "zoe@", ".example", "post", "example"]),
        (Field::PhoneNumber, ["+1 (440) 555-0100", "1440", "00", "555", "440-555-0100"]),
        (Field::AddressLine1, ["12 elm street", "12", "street", "elm", "Street"]),
        (Field::City, ["koln", "K", "n", "öln", "Coln"]),
        (Field::Territory, ["OHIO", "oh", "o", "hio", "Ohio"]),
        (Field::PostalCode, ["sw1a1aa", "SW1A", "1 AA", "1a1", "SW1A 1AA"]),
        (Field::AlternateKey, ["ab-17", "a", "17", "b-1", "AB-17"]),
    ];
    for flushed in [false, true] {
        for (field, texts) in cases {
            for (search_type, text) in SEARCH_TYPES.iter().zip(texts) {
                let query = query(&[(field, *search_type, text)]);
                // `Mueller` is spelled with a sound of its own: Double Metaphone drops the vowels.
                assert_eq!(found(&search, &query).await, [1], "{field:?} {search_type:?} {text} {flushed}");
            }
        }
        search.flush().await.unwrap();
    }
}
