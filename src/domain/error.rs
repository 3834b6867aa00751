//! What a request can be refused for.
//!
//! A [`Code`] is stable, public and documented in `docs/ERRORS.md`; its [`Class`] is all that a transport
//! looks at, so this module knows neither SOAP nor HTTP. An [`Error`] carries two texts: the public
//! `message`, safe to show (it never repeats a value that a caller sent), and the internal `source`, for
//! the log. Every match on a code or class is written without `_`, so that a new one has to be thought
//! through everywhere.

mod refusal;

use std::fmt;

pub use refusal::{Error, VIOLATIONS_MAX, Violation};

/// The error vocabulary of fault details, batch failures and the review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// The bytes are no acceptable message (not well-formed, a DTD, over a structural limit, a bad envelope).
    MalformedMessage,
    /// The message has more bytes than the limit (declared, sent or inflated).
    MessageTooLarge,
    /// No operation has this body element, or SOAPAction names another one.
    UnknownOperation,
    /// The caller is not who it has to be.
    AccessDenied,
    /// V-13: a value is longer than its field, or a customer larger than a customer may be.
    AttributeValueTooLarge,
    /// V-15, V-16, V-18, C-3: a known element with an unreadable value.
    InvalidAttributeValue,
    /// V-14: not a date.
    InvalidDateFormat,
    /// V-17: Name/@Location is missing or none of the five.
    NamePositionInvalid,
    /// an alternate key without TypeCode.
    AlternateKeyTypecodeUnspecified,
    /// an alternate key without AlternateID.
    AlternateKeyValueUnspecified,
    /// a note with attributes but no text.
    CustomerNoteEmpty,
    /// C-7: an attribute name that is not defined.
    UnknownAttributeType,
    /// C-4: a value that is not in the attribute's list.
    ValueNotInEnumeratedAttributeTypeValues,
    /// C-6: several values for a unique attribute.
    MultipleValuesOnUniqueAttributeType,
    /// A search without any criterion.
    CustomerSearchRequiredParameters,
    /// K-1, K-4: no card with these identifiers, or one that the request may not know of.
    CardNotFound,
    /// No customer with these identifiers.
    CustomerNotFound,
    /// M-7: too few or too many customers, or a rule of the organisation keeps a merge, or its taking back, from being done.
    MergeCustomerCreationException,
    /// A-2, AU-1: an alternate key belongs to another customer.
    CustomerAlreadyExists,
    /// A transaction of another content has this TransactionID.
    TransactionAlreadyExists,
    /// No run of a batch file has this id, or it is no longer kept.
    BatchRunNotFound,
    /// K-6: the card has expired.
    CardExpired,
    /// K-6: the card can't be activated yet.
    ActivationDateDoesNotMeetCardExpirationDate,
    /// K-6: a program of a card with a never activated account is switched off.
    ProgramInactive,
    /// K-6: the tender account is blocked.
    AccountBlocked,
    /// K-6: an account that was active before has expired.
    AccountExpired,
    /// K-6: the tender program has expired.
    ProgramExpired,
    /// K-6: a loyalty program has expired.
    LylProgramExpired,
    /// K-6: an award program has expired.
    AwardProgramExpired,
    /// K-6: the tender program is not in effect yet.
    ProgramNotEffective,
    /// K-6: a loyalty program is not in effect yet.
    LylProgramNotEffective,
    /// K-6: an award program is not in effect yet.
    AwardProgramNotEffective,
    /// K-9: the activation amount is below the minimum of the tender program.
    MinActivationAmtNotMet,
    /// Other writers kept changing the same record; the request had no effect.
    Contention,
    /// There was no answer within the deadline; whether there was an effect is not known.
    Timeout,
    /// The store takes no writes now, or the gateway is shutting down or over a limit.
    ServiceUnavailable,
    /// A record does not have the checksum it was written with.
    CorruptRecord,
    /// A fault of ours; the caller sees the request id only.
    UnexpectedError,
}

/// What kind of refusal a code is; a transport maps classes, never codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// The message itself is bad.
    Malformed,
    /// A value is bad.
    Invalid,
    /// What was named does not exist.
    NotFound,
    /// What was to be made exists.
    AlreadyExists,
    /// The request is well formed but a rule forbids it.
    RuleViolated,
    /// No such operation.
    UnknownOperation,
    /// The caller is not known.
    Unauthenticated,
    /// Too many bytes.
    TooLarge,
    /// Lost against other writers, may succeed when repeated.
    Contention,
    /// Ran out of time, may succeed when repeated.
    Timeout,
    /// Not now.
    Unavailable,
    /// A fault of ours.
    Internal,
    /// A stored record is damaged.
    CorruptRecord,
}

impl Code {
    /// Every code, in the order of checks in which they can arise.
    pub const ALL: &'static [Code] = &[
        Code::MalformedMessage,
        Code::MessageTooLarge,
        Code::UnknownOperation,
        Code::AccessDenied,
        Code::AttributeValueTooLarge,
        Code::InvalidAttributeValue,
        Code::InvalidDateFormat,
        Code::NamePositionInvalid,
        Code::AlternateKeyTypecodeUnspecified,
        Code::AlternateKeyValueUnspecified,
        Code::CustomerSearchRequiredParameters,
        Code::CardNotFound,
        Code::BatchRunNotFound,
        Code::TransactionAlreadyExists,
        Code::CustomerNotFound,
        Code::MergeCustomerCreationException,
        Code::CustomerAlreadyExists,
        Code::UnknownAttributeType,
        Code::ValueNotInEnumeratedAttributeTypeValues,
        Code::MultipleValuesOnUniqueAttributeType,
        Code::CustomerNoteEmpty,
        Code::CardExpired,
        Code::ActivationDateDoesNotMeetCardExpirationDate,
        Code::ProgramInactive,
        Code::AccountBlocked,
        Code::AccountExpired,
        Code::ProgramExpired,
        Code::LylProgramExpired,
        Code::AwardProgramExpired,
        Code::ProgramNotEffective,
        Code::LylProgramNotEffective,
        Code::AwardProgramNotEffective,
        Code::MinActivationAmtNotMet,
        Code::Contention,
        Code::Timeout,
        Code::ServiceUnavailable,
        Code::CorruptRecord,
        Code::UnexpectedError,
    ];

    /// The name on the wire. Several internal codes may share one public name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Code::MalformedMessage => "MALFORMED_MESSAGE",
            Code::MessageTooLarge => "MESSAGE_TOO_LARGE",
            Code::UnknownOperation => "UNKNOWN_OPERATION",
            Code::AccessDenied => "ACCESS_DENIED",
            Code::AttributeValueTooLarge => "ATTRIBUTE_VALUE_TOO_LARGE",
            Code::InvalidAttributeValue => "INVALID_ATTRIBUTE_VALUE",
            Code::InvalidDateFormat => "INVALID_DATE_FORMAT",
            Code::NamePositionInvalid => "NAME_POSITION_INVALID",
            Code::AlternateKeyTypecodeUnspecified => "ALTERNATE_KEY_TYPECODE_UNSPECIFIED",
            Code::AlternateKeyValueUnspecified => "ALTERNATE_KEY_VALUE_UNSPECIFIED",
            Code::CustomerNoteEmpty => "CUSTOMER_NOTE_EMPTY",
            Code::UnknownAttributeType => "UNKNOWN_ATTRIBUTE_TYPE",
            Code::ValueNotInEnumeratedAttributeTypeValues => "VALUE_NOT_IN_ENUMERATED_ATTRIBUTE_TYPE_VALUES",
            Code::MultipleValuesOnUniqueAttributeType => "MULTIPLE_VALUES_ON_UNIQUE_ATTRIBUTE_TYPE",
            Code::CustomerSearchRequiredParameters => "CUSTOMER_SEARCH_REQUIRED_PARAMETERS",
            Code::CardNotFound => "CARD_NOT_FOUND",
            Code::CustomerNotFound => "CUSTOMER_NOT_FOUND",
            Code::MergeCustomerCreationException => "MERGE_CUSTOMER_CREATION_EXCEPTION",
            Code::CustomerAlreadyExists => "CUSTOMER_ALREADY_EXISTS",
            Code::CardExpired => "CARD_EXPIRED",
            Code::ActivationDateDoesNotMeetCardExpirationDate => {
                "ACTIVATION_DATE_DOES_NOT_MEET_CARD_EXPIRATION_DATE"
            }
            Code::ProgramInactive => "PROGRAM_INACTIVE",
            Code::AccountBlocked => "ACCOUNT_BLOCKED",
            Code::AccountExpired => "ACCOUNT_EXPIRED",
            Code::ProgramExpired => "PROGRAM_EXPIRED",
            Code::LylProgramExpired => "LYL_PROGRAM_EXPIRED",
            Code::AwardProgramExpired => "AWARD_PROGRAM_EXPIRED",
            Code::ProgramNotEffective => "PROGRAM_NOT_EFFECTIVE",
            Code::LylProgramNotEffective => "LYL_PROGRAM_NOT_EFFECTIVE",
            Code::AwardProgramNotEffective => "AWARD_PROGRAM_NOT_EFFECTIVE",
            Code::MinActivationAmtNotMet => "MIN_ACTIVATION_AMT_NOT_MET",
            Code::TransactionAlreadyExists => "TRANSACTION_ALREADY_EXISTS",
            Code::BatchRunNotFound => "BATCH_RUN_NOT_FOUND",
            Code::Contention | Code::Timeout | Code::ServiceUnavailable => "SERVICE_UNAVAILABLE",
            Code::CorruptRecord | Code::UnexpectedError => "UNEXPECTED_ERROR",
        }
    }

    /// The name in a document about cards (K-10): a failure of ours is a `GENERAL_ERROR` there.
    pub const fn as_card_document_str(self) -> &'static str {
        match self.class() {
            Class::Internal | Class::CorruptRecord => "GENERAL_ERROR",
            Class::Malformed
            | Class::Invalid
            | Class::NotFound
            | Class::AlreadyExists
            | Class::RuleViolated
            | Class::UnknownOperation
            | Class::Unauthenticated
            | Class::TooLarge
            | Class::Contention
            | Class::Timeout
            | Class::Unavailable => self.as_str(),
        }
    }

    /// The class a transport maps.
    pub const fn class(self) -> Class {
        match self {
            Code::MalformedMessage => Class::Malformed,
            Code::MessageTooLarge => Class::TooLarge,
            Code::UnknownOperation => Class::UnknownOperation,
            Code::AccessDenied => Class::Unauthenticated,
            Code::AttributeValueTooLarge
            | Code::InvalidAttributeValue
            | Code::InvalidDateFormat
            | Code::NamePositionInvalid
            | Code::AlternateKeyTypecodeUnspecified
            | Code::AlternateKeyValueUnspecified
            | Code::CustomerNoteEmpty
            | Code::UnknownAttributeType
            | Code::ValueNotInEnumeratedAttributeTypeValues
            | Code::MultipleValuesOnUniqueAttributeType
            | Code::CustomerSearchRequiredParameters => Class::Invalid,
            Code::CardNotFound | Code::CustomerNotFound | Code::BatchRunNotFound => Class::NotFound,
            Code::CustomerAlreadyExists | Code::TransactionAlreadyExists => Class::AlreadyExists,
            Code::MergeCustomerCreationException
            | Code::CardExpired
            | Code::ActivationDateDoesNotMeetCardExpirationDate
            | Code::ProgramInactive
            | Code::AccountBlocked
            | Code::AccountExpired
            | Code::ProgramExpired
            | Code::LylProgramExpired
            | Code::AwardProgramExpired
            | Code::ProgramNotEffective
            | Code::LylProgramNotEffective
            | Code::AwardProgramNotEffective
            | Code::MinActivationAmtNotMet => Class::RuleViolated,
            Code::Contention => Class::Contention,
            Code::Timeout => Class::Timeout,
            Code::ServiceUnavailable => Class::Unavailable,
            Code::CorruptRecord => Class::CorruptRecord,
            Code::UnexpectedError => Class::Internal,
        }
    }

    /// Could the very same request succeed later?
    pub const fn retryable(self) -> bool {
        match self.class() {
            Class::Malformed
            | Class::Invalid
            | Class::NotFound
            | Class::AlreadyExists
            | Class::RuleViolated
            | Class::UnknownOperation
            | Class::Unauthenticated
            | Class::TooLarge
            | Class::CorruptRecord => false,
            Class::Contention | Class::Timeout | Class::Unavailable | Class::Internal => true,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
