//! The validation errors of a customer while a request is judged.
//!
//! They are current (V): judging a subject anew replaces or removes its error, what is not judged keeps its own.
//! An error found again with the same value keeps its time, so that a repeated request changes nothing (AU-2).

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::customer::{Subject, ValidationCode, ValidationError};

/// Which rule a value failed, and the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) code: ValidationCode,
    pub(super) value: String,
}

impl Failure {
    pub(super) fn new(code: ValidationCode, value: impl Into<String>) -> Self {
        Failure { code, value: value.into() }
    }
}

/// The errors by what they are wrong with.
#[derive(Debug)]
pub(super) struct Findings {
    errors: BTreeMap<Subject, ValidationError>,
    /// As they were before the request.
    known: BTreeMap<Subject, ValidationError>,
    time: Timestamp,
}

impl Findings {
    /// What is known before the request is judged, at `time`.
    pub(super) fn new(known: Vec<ValidationError>, time: Timestamp) -> Self {
        let known: BTreeMap<_, _> = known.into_iter().map(|error| (error.subject, error)).collect();
        Findings { errors: known.clone(), known, time }
    }

    /// The subject was judged: with this failure, or with none.
    pub(super) fn judged(&mut self, subject: Subject, failure: Option<Failure>) {
        let Some(Failure { code, value }) = failure else {
            self.errors.remove(&subject);
            return;
        };
        let known = self.known.get(&subject).filter(|known| known.code == code && known.value == value);
        let time = known.map_or(self.time, |known| known.time);
        self.errors.insert(subject, ValidationError { code, subject, value, time });
    }

    /// The value that the subject is known to be wrong with.
    pub(super) fn value(&self, subject: Subject) -> Option<&str> {
        self.errors.get(&subject).map(|error| error.value.as_str())
    }

    /// By subject.
    pub(super) fn into_vec(self) -> Vec<ValidationError> {
        self.errors.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::customer::CustomerField;
    use super::*;

    const FIRST: Timestamp = Timestamp::constant(1_000, 0);
    const LATER: Timestamp = Timestamp::constant(2_000, 0);
    const SUFFIX: Subject = Subject::Customer(CustomerField::Suffix);

    fn check(second: Option<&str>, expected: Option<(&str, Timestamp)>) {
        let failure = |value: &str| Failure::new(ValidationCode::SuffixInvalid, value);
        let mut findings = Findings::new(Vec::new(), FIRST);
        findings.judged(SUFFIX, Some(failure("5th")));
        let mut findings = Findings::new(findings.into_vec(), LATER);
        findings.judged(SUFFIX, second.map(failure));
        let left = findings.into_vec();
        let left = left.first().map(|error| (error.value.as_str(), error.time));
        assert_eq!(left, expected, "{second:?}");
    }

    #[test]
    fn v_errors_are_current() {
        check(Some("6th"), Some(("6th", LATER)));
        check(Some("5th"), Some(("5th", FIRST)));
        check(None, None);
    }

    #[test]
    fn v_an_error_that_goes_and_comes_in_one_request_keeps_its_time() {
        let failure = || Some(Failure::new(ValidationCode::SuffixInvalid, "5th"));
        let mut findings = Findings::new(Vec::new(), FIRST);
        findings.judged(SUFFIX, failure());
        let mut findings = Findings::new(findings.into_vec(), LATER);
        findings.judged(SUFFIX, None);
        findings.judged(SUFFIX, failure());
        assert_eq!(findings.into_vec()[0].time, FIRST);
    }

    #[test]
    fn v_errors_are_listed_by_subject() {
        let mut findings = Findings::new(Vec::new(), FIRST);
        let subjects = [Subject::Telephone(1), Subject::Address(2), Subject::Address(1), SUFFIX];
        for subject in subjects {
            findings.judged(subject, Some(Failure::new(ValidationCode::PhoneInvalid, "")));
        }
        let listed: Vec<_> = findings.into_vec().iter().map(|error| error.subject).collect();
        assert_eq!(listed, [SUFFIX, Subject::Address(1), Subject::Address(2), Subject::Telephone(1)]);
    }
}
