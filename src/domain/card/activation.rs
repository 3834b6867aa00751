//! K-1 to K-10: whether a card is given to a customer, and what becomes of the card and its accounts.
//!
//! One pure function. The order of its checks is a contract (K-10): each step is taken over all accounts, in the order
//! of their program ids, before the next step. Deliberately absent: looking up of cards, customers and PINs.

use jiff::civil::Date;

use super::pin::PinAttempts;
use super::{Account, AccountId, AccountStatus, Activity, ActivityKind, Card, Funds, Link};
use crate::domain::Now;
use crate::domain::amount::Amount;
use crate::domain::error::{Code, Error};
use crate::domain::identity::CustomerId;
use crate::domain::program::{Program, ProgramKind};
use crate::domain::reference::Reference;

/// What a request brings beside the card and the customer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActivationMessage {
    /// Who sends it.
    pub user_name: Option<String>,
    /// Where it comes from.
    pub location: Option<String>,
    /// K-9: the amount for the tender account, not negative.
    pub amount: Option<Amount>,
    /// In which currency.
    pub currency: Option<String>,
}

/// What is known about the PIN of a request (K-4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinVerdict {
    /// Right, or not asked for.
    Accepted,
    /// Wrong, missing where it is required, or the card is blocked.
    Refused,
}

/// K-4 without the PIN itself: `matches` says whether the one that was sent is that of the card; `None` if none was sent
/// or the card has none.
pub fn pin_verdict(matches: Option<bool>, required: bool, attempts: &PinAttempts, now: &Now) -> PinVerdict {
    // A program that wants a PIN can't be content with one that nothing is known about.
    let right = matches.unwrap_or(!required);
    if right && !attempts.blocked(now.timestamp) { PinVerdict::Accepted } else { PinVerdict::Refused }
}

/// Everything that an association is decided on.
#[derive(Debug, Clone, Copy)]
pub struct Association<'a> {
    /// The card, if there is one.
    pub card: Option<&'a Card>,
    /// What is known about its PIN.
    pub pin: PinVerdict,
    /// The active customer, if there is one.
    pub customer: Option<CustomerId>,
    /// The link between the two, if there was ever one.
    pub link: Option<&'a Link>,
    /// The rest of the request.
    pub message: &'a ActivationMessage,
    /// The programs.
    pub reference: &'a Reference,
    /// The time.
    pub now: Now,
}

/// What is to be stored, all of it or nothing (K-7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Associated {
    /// The card, active now, with active accounts.
    pub card: Card,
    /// The link.
    pub link: Link,
    /// K-2: for each account that was never active before.
    pub activities: Vec<(AccountId, Activity)>,
    /// K-3: the coupon to issue and the last day on which it can be used.
    pub coupon: Option<(String, Option<Date>)>,
}

/// An account with its program.
type Programmed<'a> = (&'a Account, &'a Program);
/// One step of K-10 on one account.
type Step = fn(&Association<'_>, Programmed<'_>) -> Option<Refusal>;
/// A code of K-6 and its text, which names no value.
type Refusal = (Code, &'static str);

const CUSTOMER_NOT_FOUND: Refusal =
    (Code::CustomerNotFound, "no customer was found with the identifiers of the request");
const TOO_EARLY: Refusal =
    (Code::ActivationDateDoesNotMeetCardExpirationDate, "the card can't be activated yet");

/// Steps 5 to 10 of K-10.
const STEPS: [Step; 6] = [
    program_inactive,
    account_blocked,
    account_expired,
    program_expired,
    program_not_effective,
    below_minimum,
];

impl Association<'_> {
    /// Decides: `None` if the card is the customer's already (K-5), what to store otherwise.
    ///
    /// # Errors
    ///
    /// Those of K-6, the first in the order of K-10.
    pub fn decide(&self) -> Result<Option<Associated>, Error> {
        let card = self.card.filter(|_| self.pin == PinVerdict::Accepted).ok_or_else(card_not_found)?;
        let customer = self.customer.ok_or_else(|| refusal(CUSTOMER_NOT_FOUND))?;
        if self.link.is_some_and(|link| link.active) {
            return Ok(None);
        }
        let today = self.today();
        if card.expiry.is_some_and(|expiry| expiry < today) {
            return Err(refusal((Code::CardExpired, "the card has expired")));
        }
        if card.eligible_from.is_some_and(|first| today < first) {
            return Err(refusal(TOO_EARLY));
        }
        let accounts = programmed(card, self.reference)?;
        for step in STEPS {
            if let Some(found) = accounts.iter().find_map(|account| step(self, *account)) {
                return Err(refusal(found));
            }
        }
        self.associated(card, customer, &accounts).map(Some)
    }

    fn today(&self) -> Date {
        self.now.local.date()
    }

    /// K-9: what a tender account gets: at its first activation the amount sent or else that of the program; later
    /// what is sent.
    fn amount(&self, account: &Account, program: &Program) -> Amount {
        match (self.message.amount, account.activated) {
            (Some(sent), _) => sent,
            (None, None) => program.initial_balance,
            (None, Some(_)) => Amount::default(),
        }
    }

    fn associated(
        &self,
        card: &Card,
        customer: CustomerId,
        accounts: &[Programmed<'_>],
    ) -> Result<Associated, Error> {
        let first = accounts.iter().filter(|(account, _)| account.activated.is_none());
        let activities =
            first.map(|(account, program)| (account.id, self.activity(customer, account, program)));
        let activities = activities.collect();
        let accounts: Result<Vec<_>, Error> =
            accounts.iter().map(|(account, program)| self.activated(account, program)).collect();
        let card_after = Card {
            activated: card.activated.or(Some(self.today())),
            holders: if self.link.is_some() { card.holders } else { card.holders.saturating_add(1) },
            accounts: accounts?,
            ..card.clone()
        };
        let coupon = if card.holders == 0 { self.coupon(card)? } else { None };
        let link = Link {
            customer,
            place: self.link.map_or(card.holders, |link| link.place),
            active: true,
            since: self.now.timestamp,
            user_name: self.message.user_name.clone(),
            location: self.message.location.clone(),
        };
        Ok(Associated { card: card_after, link, activities, coupon })
    }

    fn activity(&self, customer: CustomerId, account: &Account, program: &Program) -> Activity {
        let tender = program.kind == ProgramKind::Tender;
        Activity {
            time: self.now.timestamp,
            kind: ActivityKind::Activation,
            amount: tender.then(|| self.amount(account, program)),
            currency: self.message.currency.clone().filter(|_| tender),
            location: self.message.location.clone(),
            user_name: self.message.user_name.clone(),
            customer,
        }
    }

    /// K-2: the account after this request.
    fn activated(&self, account: &Account, program: &Program) -> Result<Account, Error> {
        let mut after = Account { last_activity: Some(self.now.timestamp), ..account.clone() };
        if account.activated.is_none() {
            after.activated = Some(self.today());
            after.activity_count = account.activity_count.saturating_add(1);
            after.expiry = account.expiry.or(days_from(self.today(), program.account_expiry_days));
        }
        if program.kind == ProgramKind::Tender {
            after.funds = self.funds(account, program)?;
        }
        Ok(after)
    }

    fn funds(&self, account: &Account, program: &Program) -> Result<Funds, Error> {
        let (amount, before) = (self.amount(account, program), &account.funds);
        let currency = self.message.currency.clone().filter(|_| self.message.amount.is_some());
        if let (Some(known), Some(sent)) = (&before.currency, &currency)
            && known != sent
        {
            let path = "Instrument/RTPTransaction/RTPAmount/CurrencyID";
            let text = "expected the currency of what is on the account already";
            return Err(Error::at(Code::InvalidAttributeValue, path, text));
        }
        Ok(Funds {
            initial_balance: if account.activated.is_none() { amount } else { before.initial_balance },
            balance: before.balance.plus(amount),
            total_credits: before.total_credits.plus(amount),
            currency: before.currency.clone().or(currency),
        })
    }

    /// K-3.
    fn coupon(&self, card: &Card) -> Result<Option<(String, Option<Date>)>, Error> {
        let missing = |what: &str| Error::internal(format!("the {what} of a card is not defined"));
        let card_program = self.reference.card_programs.get(&card.card_program);
        let card_program = card_program.ok_or_else(|| missing("card program"))?;
        let Some(name) = &card_program.issue_when_associated else { return Ok(None) };
        let definition = self.reference.coupons.get(name).ok_or_else(|| missing("coupon"))?;
        Ok(Some((name.clone(), days_from(self.today(), definition.valid_days))))
    }
}

/// The accounts with their programs, in the order of program ids.
pub fn programmed<'a>(card: &'a Card, reference: &'a Reference) -> Result<Vec<Programmed<'a>>, Error> {
    let program = |account: &'a Account| {
        let program = reference.programs.get(&account.program);
        program
            .map(|program| (account, program))
            .ok_or_else(|| Error::internal("the program of an account is not defined"))
    };
    let mut accounts: Vec<_> = card.accounts.iter().map(program).collect::<Result<_, _>>()?;
    accounts.sort_by(|(one, _), (other, _)| one.program.cmp(&other.program));
    Ok(accounts)
}

fn days_from(today: Date, days: Option<u32>) -> Option<Date> {
    let span = jiff::Span::new().try_days(days?).ok()?;
    today.checked_add(span).ok()
}

fn program_inactive(_: &Association<'_>, (account, program): Programmed<'_>) -> Option<Refusal> {
    let refusal = (Code::ProgramInactive, "a program of the card is switched off");
    (account.activated.is_none() && !program.active).then_some(refusal)
}

fn account_blocked(_: &Association<'_>, (account, program): Programmed<'_>) -> Option<Refusal> {
    let refusal = (Code::AccountBlocked, "the tender account of the card is blocked");
    let tender = program.kind == ProgramKind::Tender;
    (tender && account.status() == AccountStatus::Blocked).then_some(refusal)
}

fn account_expired(request: &Association<'_>, (account, _): Programmed<'_>) -> Option<Refusal> {
    let refusal = (Code::AccountExpired, "an account of the card has expired");
    let expired = account.expiry.is_some_and(|expiry| expiry < request.today());
    (account.activated.is_some() && expired).then_some(refusal)
}

fn program_expired(request: &Association<'_>, (account, program): Programmed<'_>) -> Option<Refusal> {
    let expired = program.expiry.is_some_and(|expiry| expiry < request.today());
    let refusal = match program.kind {
        ProgramKind::Tender => (Code::ProgramExpired, "the tender program of the card has expired"),
        ProgramKind::Loyalty => (Code::LylProgramExpired, "a loyalty program of the card has expired"),
        ProgramKind::Award => (Code::AwardProgramExpired, "an award program of the card has expired"),
    };
    (account.activated.is_none() && expired).then_some(refusal)
}

fn program_not_effective(request: &Association<'_>, (account, program): Programmed<'_>) -> Option<Refusal> {
    let early = program.effective.is_some_and(|first| request.today() < first);
    let refusal = match program.kind {
        ProgramKind::Tender => (Code::ProgramNotEffective, "the tender program is not in effect yet"),
        ProgramKind::Loyalty => (Code::LylProgramNotEffective, "a loyalty program is not in effect yet"),
        ProgramKind::Award => (Code::AwardProgramNotEffective, "an award program is not in effect yet"),
    };
    (account.activated.is_none() && early).then_some(refusal)
}

/// K-9; an account that is active already needs no amount, but one that is sent is held to the minimum.
fn below_minimum(request: &Association<'_>, (account, program): Programmed<'_>) -> Option<Refusal> {
    let text = "the activation amount is below the minimum of the tender program";
    let concerned = account.activated.is_none() || request.message.amount.is_some();
    let below = request.amount(account, program) < program.minimum_activation_amount;
    let tender = program.kind == ProgramKind::Tender;
    (tender && concerned && below).then_some((Code::MinActivationAmtNotMet, text))
}

/// The refusal of a request that names no card that it may know of; it tells nothing else (K-4).
pub fn card_not_found() -> Error {
    refusal((Code::CardNotFound, "no card was found with the identifiers of the request"))
}

fn refusal((code, text): Refusal) -> Error {
    Error::new(code, text)
}
