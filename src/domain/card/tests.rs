//! Cards: numbers, PINs, entries, and the order of checks of an association.

use jiff::civil::{Date, date};

use super::activation::{ActivationMessage, Associated, Association, PinVerdict, pin_verdict};
use super::pin::{BLOCKED_FOR, Pin, PinAttempts, PinKey};
use super::*;
use crate::domain::Now;
use crate::domain::error::Code;
use crate::domain::program::{CardProgram, CouponDefinition, Program};
use crate::domain::reference::Reference;

const TODAY: Date = date(2026, 3, 1);
const YESTERDAY: Date = date(2026, 2, 28);
const TOMORROW: Date = date(2026, 3, 2);

fn now() -> Now {
    let timestamp = "2026-03-01T08:30:00Z".parse().unwrap();
    Now { timestamp, local: TODAY.at(8, 30, 0, 0) }
}

fn program(kind: ProgramKind) -> Program {
    Program {
        kind,
        active: true,
        effective: None,
        expiry: None,
        initial_balance: Amount::default(),
        minimum_activation_amount: Amount::default(),
        account_expiry_days: None,
    }
}

/// A, an award program; L, a loyalty program; T, a tender program with a minimum.
fn reference() -> Reference {
    let mut reference = Reference::default();
    for (id, kind) in [("A", ProgramKind::Award), ("L", ProgramKind::Loyalty), ("T", ProgramKind::Tender)] {
        reference.programs.insert(id.to_owned(), program(kind));
    }
    let programs = ["A", "L", "T"].map(str::to_owned).to_vec();
    let issue_when_associated = Some("WELCOME".to_owned());
    let card_program = CardProgram { programs, pin_required: false, issue_when_associated };
    reference.card_programs.insert("GIFT".to_owned(), card_program);
    reference.coupons.insert("WELCOME".to_owned(), CouponDefinition { valid_days: Some(30) });
    reference
}

fn number() -> CardNumber {
    CardNumber::parse("6006491286999911267").unwrap()
}

fn entry() -> CardEntry {
    CardEntry {
        number: number(),
        serial: Some("S-1".to_owned()),
        card_program: "GIFT".to_owned(),
        pin: None,
        expiry: None,
        eligible_from: None,
        accounts: ["A", "L", "T"].map(|program| (program.to_owned(), AccountEntry::default())).to_vec(),
    }
}

fn load(entry: &CardEntry, stored: Option<&Card>) -> Card {
    let mut ids = 41..;
    entry.apply(stored, || AccountId(ids.next().unwrap())).unwrap()
}

/// What an association is decided on, to be spoiled and repaired.
fn amount(text: &str) -> Amount {
    Amount::parse(text).unwrap()
}

struct Case {
    card: Option<Card>,
    pin: PinVerdict,
    customer: Option<CustomerId>,
    link: Option<Link>,
    message: ActivationMessage,
    reference: Reference,
}

impl Case {
    fn good() -> Self {
        Case {
            card: Some(load(&entry(), None)),
            pin: PinVerdict::Accepted,
            customer: Some(CustomerId(7)),
            link: None,
            message: ActivationMessage::default(),
            reference: reference(),
        }
    }

    fn card(&mut self) -> &mut Card {
        self.card.as_mut().unwrap()
    }

    fn program(&mut self, id: &str) -> &mut Program {
        self.reference.programs.get_mut(id).unwrap()
    }

    fn decide(&self) -> Result<Option<Associated>, Code> {
        let association = Association {
            card: self.card.as_ref(),
            pin: self.pin,
            customer: self.customer,
            link: self.link.as_ref(),
            message: &self.message,
            reference: &self.reference,
            now: now(),
        };
        association.decide().map_err(|error| error.code)
    }

    fn associated(&self) -> Associated {
        self.decide().unwrap().unwrap()
    }
}

/// A request with which everything is wrong.
fn spoiled() -> Case {
    let mut case = Case { pin: PinVerdict::Refused, customer: None, ..Case::good() };
    for (id, active) in [("A", false), ("L", true), ("T", false)] {
        let program = case.program(id);
        program.active = active;
        program.expiry = Some(YESTERDAY);
        program.effective = Some(TOMORROW);
    }
    case.program("T").minimum_activation_amount = amount("5");
    let card = case.card();
    card.expiry = Some(YESTERDAY);
    card.eligible_from = Some(TOMORROW);
    card.accounts[1].activated = Some(YESTERDAY);
    card.accounts[1].expiry = Some(YESTERDAY);
    card.accounts[2].loaded.status = AccountStatus::Blocked;
    case
}

/// Each row repairs what the row's code complains of, and the code of the next row must appear.
#[test]
fn k_10_checks_come_in_their_order_each_over_all_accounts() {
    type Repair = fn(&mut Case);
    let rows: [(Code, Repair); 15] = [
        (Code::CardNotFound, |case| case.pin = PinVerdict::Accepted),
        (Code::CustomerNotFound, |case| case.customer = Some(CustomerId(7))),
        (Code::CardExpired, |case| case.card().expiry = Some(TODAY)),
        (Code::ActivationDateDoesNotMeetCardExpirationDate, |case| case.card().eligible_from = Some(TODAY)),
        (Code::ProgramInactive, |case| case.program("A").active = true),
        (Code::ProgramInactive, |case| case.program("T").active = true),
        (Code::AccountBlocked, |case| case.card().accounts[2].loaded.status = AccountStatus::Normal),
        // As if it had never been active, so that its program counts too.
        (Code::AccountExpired, |case| case.card().accounts[1].activated = None),
        (Code::AwardProgramExpired, |case| case.program("A").expiry = Some(TODAY)),
        (Code::LylProgramExpired, |case| case.program("L").expiry = None),
        (Code::ProgramExpired, |case| case.program("T").expiry = Some(TOMORROW)),
        (Code::AwardProgramNotEffective, |case| case.program("A").effective = Some(TODAY)),
        (Code::LylProgramNotEffective, |case| case.program("L").effective = None),
        (Code::ProgramNotEffective, |case| case.program("T").effective = Some(YESTERDAY)),
        (Code::MinActivationAmtNotMet, |case| case.message.amount = Some(amount("5"))),
    ];
    let mut case = spoiled();
    for (position, (code, repair)) in rows.into_iter().enumerate() {
        assert_eq!(case.decide().err(), Some(code), "row {position}");
        repair(&mut case);
    }
    assert!(case.decide().unwrap().is_some());
    case.card = None;
    assert_eq!(case.decide().err(), Some(Code::CardNotFound));
}

#[test]
fn k_10_programs_of_active_accounts_do_not_count() {
    let mut case = Case::good();
    for id in ["A", "L", "T"] {
        let program = case.program(id);
        (program.active, program.expiry, program.effective) = (false, Some(YESTERDAY), Some(TOMORROW));
    }
    case.card().accounts.iter_mut().for_each(|account| account.activated = Some(YESTERDAY));
    assert_eq!(case.associated().activities, []);
}

#[test]
fn k_10_only_a_tender_account_is_refused_for_being_blocked() {
    let mut case = Case::good();
    case.card().accounts[0].loaded.status = AccountStatus::Blocked;
    case.card().accounts[1].loaded.status = AccountStatus::Blocked;
    assert!(case.decide().is_ok());
}

#[test]
fn k_2_accounts_that_were_never_active_get_an_activity_and_a_day() {
    let mut case = Case::good();
    case.card().accounts[1].activated = Some(YESTERDAY);
    case.program("T").account_expiry_days = Some(10);
    case.program("T").initial_balance = amount("15");
    let found = case.associated();
    let ids: Vec<_> = found.activities.iter().map(|(id, activity)| (id.0, activity.amount)).collect();
    assert_eq!(ids, [(41, None), (43, Some(amount("15")))]);
    let days: Vec<_> =
        found.card.accounts.iter().map(|account| (account.activated, account.expiry)).collect();
    let expected = [(Some(TODAY), None), (Some(YESTERDAY), None), (Some(TODAY), Some(date(2026, 3, 11)))];
    assert_eq!(days, expected);
    assert_eq!((found.card.activated, found.card.holders), (Some(TODAY), 1));
    assert!(found.card.accounts.iter().all(|account| account.last_activity == Some(now().timestamp)));
}

#[test]
fn k_3_the_first_customer_gets_the_coupon_and_no_other() {
    let mut case = Case::good();
    let first = case.associated();
    assert_eq!(first.coupon, Some(("WELCOME".to_owned(), Some(date(2026, 3, 31)))));
    case.card = Some(first.card);
    case.customer = Some(CustomerId(8));
    let second = case.associated();
    assert_eq!((second.coupon, second.link.place, second.card.holders), (None, 1, 2));
    case.reference.card_programs.get_mut("GIFT").unwrap().issue_when_associated = None;
    case.card().holders = 0;
    assert_eq!(case.associated().coupon, None);
}

#[test]
fn k_5_the_same_pair_changes_nothing_whatever_has_become_of_the_card() {
    let mut case = Case::good();
    let found = case.associated();
    case.link = Some(found.link);
    case.card = Some(Card { expiry: Some(YESTERDAY), ..found.card });
    case.message.amount = Some(amount("10"));
    assert_eq!(case.decide(), Ok(None));
    case.pin = PinVerdict::Refused;
    assert_eq!(case.decide(), Err(Code::CardNotFound));
}

#[test]
fn k_9_amounts_are_those_of_the_message_or_of_the_program() {
    let euro = |cents: u32| amount(&format!("{}.{:02}", cents / 100, cents % 100));
    let mut case = Case::good();
    case.program("T").initial_balance = euro(1_000);
    case.program("T").minimum_activation_amount = euro(500);
    case.message = ActivationMessage {
        amount: Some(euro(2_000)),
        currency: Some("EUR".to_owned()),
        ..ActivationMessage::default()
    };
    let funds = |found: &Associated| {
        let funds = found.card.accounts[2].funds.clone();
        (funds.initial_balance, funds.balance, funds.total_credits, funds.currency)
    };
    let first = case.associated();
    let eur = || Some("EUR".to_owned());
    assert_eq!(funds(&first), (euro(2_000), euro(2_000), euro(2_000), eur()));
    case.card = Some(first.card);
    case.customer = Some(CustomerId(8));
    case.message.amount = Some(euro(600));
    assert_eq!(funds(&case.associated()), (euro(2_000), euro(2_600), euro(2_600), eur()));
    case.message.amount = None;
    assert_eq!(funds(&case.associated()), (euro(2_000), euro(2_000), euro(2_000), eur()));
    case.message.amount = Some(euro(499));
    assert_eq!(case.decide(), Err(Code::MinActivationAmtNotMet));
    (case.message.amount, case.message.currency) = (Some(euro(600)), Some("USD".to_owned()));
    assert_eq!(case.decide(), Err(Code::InvalidAttributeValue));
}

#[test]
fn k_9_without_an_amount_anywhere_nothing_is_put_on_the_account() {
    let mut case = Case::good();
    assert_eq!(case.associated().card.accounts[2].funds, Funds::default());
    case.program("T").minimum_activation_amount = amount("1");
    assert_eq!(case.decide(), Err(Code::MinActivationAmtNotMet));
}

#[test]
fn what_is_not_defined_is_a_failure_of_ours() {
    let mut case = Case::good();
    case.reference.coupons.clear();
    assert_eq!(case.decide(), Err(Code::UnexpectedError));
    let mut case = Case::good();
    case.reference.programs.remove("L");
    assert_eq!(case.decide(), Err(Code::UnexpectedError));
    assert_eq!(Code::UnexpectedError.as_card_document_str(), "GENERAL_ERROR");
}

#[test]
fn k_4_whether_a_pin_is_accepted() {
    let none = PinAttempts::default();
    let blocked = (0..5).fold(none, |attempts, _| attempts.after_wrong_pin(now().timestamp));
    // (matches, required, attempts) → accepted
    let cases = [
        (None, false, none, true),
        (None, true, none, false),
        (Some(true), false, none, true),
        (Some(true), true, none, true),
        (Some(false), false, none, false),
        (Some(true), true, blocked, false),
        (None, false, blocked, false),
    ];
    for (matches, required, attempts, accepted) in cases {
        let verdict = pin_verdict(matches, required, &attempts, &now());
        let expected = if accepted { PinVerdict::Accepted } else { PinVerdict::Refused };
        assert_eq!(verdict, expected, "{matches:?} {required} {attempts:?}");
    }
}

#[test]
fn k_4_five_wrong_pins_block_for_a_quarter_of_an_hour() {
    let start = now().timestamp;
    let mut attempts = PinAttempts::default();
    for _ in 0..4 {
        attempts = attempts.after_wrong_pin(start);
        assert!(!attempts.blocked(start));
    }
    attempts = attempts.after_wrong_pin(start);
    let end = start.checked_add(BLOCKED_FOR).unwrap();
    assert_eq!(attempts.blocked_until, Some(end));
    assert!(attempts.blocked(start) && !attempts.blocked(end));
    let anew = attempts.after_wrong_pin(end);
    assert_eq!((anew.wrong, anew.blocked(end)), (1, false));
}

#[test]
fn k_4_a_digest_depends_on_card_pin_and_key() {
    let (key, other_key) = (PinKey::new([1; 32]), PinKey::new([2; 32]));
    let pin = |text: &str| Pin::from(text.to_owned());
    let digest = key.digest(&number(), &pin("1234"));
    assert_eq!(key.verify(&number(), &pin("1234"), &digest), Ok(true));
    assert_eq!(key.verify(&number(), &pin("1235"), &digest), Ok(false));
    let other_card = CardNumber::parse("6006491286999911268").unwrap();
    assert_eq!(key.verify(&other_card, &pin("1234"), &digest), Ok(false));
    assert!(other_key.verify(&number(), &pin("1234"), &digest).is_err());
    let told = format!("{key:?} {:?} {digest:?}", pin("1234"));
    assert!(!told.contains("1234") && !told.contains('1'), "{told}");
}

#[test]
fn numbers_are_masked_but_for_their_last_four_characters() {
    let masked = |text: &str| CardNumber::parse(text).map(|number| number.masked());
    assert_eq!(masked("6006491286999911267").as_deref(), Some("***************1267"));
    assert_eq!(masked("12345").as_deref(), Some("*2345"));
    assert_eq!(masked("1234").as_deref(), Some("****"));
    assert_eq!(format!("{0} {0:?}", number()), "***************1267 ***************1267");
    for text in ["", "12 34", "12\t", "1\u{0}2", &"1".repeat(61)] {
        assert_eq!(CardNumber::parse(text), None, "{text:?}");
    }
}

#[test]
fn k_8_the_same_entry_changes_nothing_of_a_card_that_was_used() {
    let mut case = Case::good();
    case.message.amount = Some(amount("10"));
    let used = case.associated().card;
    assert_eq!(load(&entry(), Some(&used)), used);
}

#[test]
fn k_8_a_changed_entry_changes_what_it_says_otherwise_alone() {
    let mut case = Case::good();
    case.message.amount = Some(amount("10"));
    let used = case.associated().card;
    let mut changed = entry();
    changed.expiry = Some(TOMORROW);
    changed.accounts[2].1.status = AccountStatus::Blocked;
    changed.accounts[0].1.expiry = Some(YESTERDAY);
    changed.accounts.push(("Z".to_owned(), AccountEntry::default()));
    assert_eq!(changed.new_accounts(Some(&used)), 1);
    let card = load(&changed, Some(&used));
    assert_eq!((card.expiry, card.activated, card.holders), (Some(TOMORROW), Some(TODAY), 1));
    assert_eq!(card.accounts[2].status(), AccountStatus::Blocked);
    assert_eq!(card.accounts[2].funds, used.accounts[2].funds);
    assert_eq!((card.accounts[0].activated, card.accounts[0].expiry), (Some(TODAY), Some(YESTERDAY)));
    assert_eq!((card.accounts[3].activated, card.accounts[3].id), (None, AccountId(41)));
    changed.accounts.remove(1);
    assert_eq!(changed.apply(Some(&used), || AccountId(1)), Err(EntryRefusal::AccountMissing));
}
