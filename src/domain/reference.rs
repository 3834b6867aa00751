//! What an organisation defines before customers come: alternate-key types, attribute types, retail locations, and what
//! its cards are for. Its switches are [`super::settings`]; cards themselves are no part of it ([`super::card`]).

use std::collections::{BTreeMap, BTreeSet};

use super::identity::CustomerId;
use super::program::{CardProgram, CouponDefinition, Program, Promotion};

/// Reference data, as the rules need it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reference {
    /// code → description.
    pub alternate_key_types: BTreeMap<String, String>,
    /// C: name → type.
    pub attribute_types: BTreeMap<String, AttributeType>,
    /// Id → name; heeded where [`super::Settings::check_retail_locations`] is on.
    pub retail_locations: BTreeMap<String, String>,
    /// K: id → program.
    pub programs: BTreeMap<String, Program>,
    /// K: id → card program.
    pub card_programs: BTreeMap<String, CardProgram>,
    /// K-3: name → coupon.
    pub coupons: BTreeMap<String, CouponDefinition>,
    /// M-5: id → promotion.
    pub promotions: BTreeMap<String, Promotion>,
}

/// The definition of a custom attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeType {
    /// The form of its values (C-3, C-4).
    pub kind: AttributeKind,
    /// C-6: at most one value.
    pub unique: bool,
    /// C-5: a request may change it once it has a value.
    pub editable: bool,
}

/// The data type of an attribute's values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeKind {
    /// Any text.
    Text,
    /// A decimal number.
    Number,
    /// `MM-DD-YYYY`.
    Date,
    /// `Yes` or `No`.
    Logical,
    /// One of these.
    List(Vec<String>),
}

/// The kinds of reference data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// What an alternate key may be of.
    AlternateKeyType,
    /// What a customer may have as a custom attribute (C).
    AttributeType,
    /// Where customers sign up and are at home.
    RetailLocation,
    /// What an account of a card is for.
    Program,
    /// Which programs a card has.
    CardProgram,
    /// What a card's first customer gets.
    Coupon,
    /// Whom a promotion is meant for.
    Promotion,
}

impl Kind {
    /// Every kind.
    pub const ALL: &'static [Kind] = &[
        Kind::AlternateKeyType,
        Kind::AttributeType,
        Kind::RetailLocation,
        Kind::Program,
        Kind::CardProgram,
        Kind::Coupon,
        Kind::Promotion,
    ];

    /// The name in files, keys and commands; it is stored and never changes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::AlternateKeyType => "alternate_key_type",
            Kind::AttributeType => "attribute_type",
            Kind::RetailLocation => "retail_location",
            Kind::Program => "program",
            Kind::CardProgram => "card_program",
            Kind::Coupon => "coupon",
            Kind::Promotion => "promotion",
        }
    }

    /// All names, for people.
    pub fn names() -> String {
        Kind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// The kind of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Kind::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }
}

/// One entry of the reference data, without its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Definition {
    /// Of the TypeCode that is its code.
    AlternateKeyType {
        /// For people.
        description: String,
    },
    /// Of the attribute whose name is its code.
    AttributeType(AttributeType),
    /// Of the store whose id is its code.
    RetailLocation {
        /// For people.
        name: String,
    },
    /// Of the program whose id is its code.
    Program(Program),
    /// Of the card program whose id is its code.
    CardProgram(CardProgram),
    /// Of the coupon whose name is its code.
    Coupon(CouponDefinition),
    /// Of the promotion whose id is its code.
    Promotion(Promotion),
}

impl Definition {
    /// Of which kind it is.
    pub const fn kind(&self) -> Kind {
        match self {
            Definition::AlternateKeyType { .. } => Kind::AlternateKeyType,
            Definition::AttributeType(_) => Kind::AttributeType,
            Definition::RetailLocation { .. } => Kind::RetailLocation,
            Definition::Program(_) => Kind::Program,
            Definition::CardProgram(_) => Kind::CardProgram,
            Definition::Coupon(_) => Kind::Coupon,
            Definition::Promotion(_) => Kind::Promotion,
        }
    }
}

impl Reference {
    /// Adds an entry, or puts it in the place of the one with its code.
    pub fn define(&mut self, code: String, definition: Definition) {
        match definition {
            Definition::AlternateKeyType { description } => {
                self.alternate_key_types.insert(code, description);
            }
            Definition::AttributeType(attribute_type) => {
                self.attribute_types.insert(code, attribute_type);
            }
            Definition::RetailLocation { name } => {
                self.retail_locations.insert(code, name);
            }
            Definition::Program(program) => drop(self.programs.insert(code, program)),
            Definition::CardProgram(card_program) => drop(self.card_programs.insert(code, card_program)),
            Definition::Coupon(coupon) => drop(self.coupons.insert(code, coupon)),
            Definition::Promotion(promotion) => drop(self.promotions.insert(code, promotion)),
        }
    }

    /// M-5: the ids of the promotions that are meant for one of these customers.
    pub fn promotions_for(&self, customers: &[CustomerId]) -> BTreeSet<&str> {
        let is_meant = |promotion: &Promotion| customers.iter().any(|id| promotion.targets.contains(&id.0));
        let meant = self.promotions.iter().filter(|(_, promotion)| is_meant(promotion));
        meant.map(|(id, _)| id.as_str()).collect()
    }

    /// M-6: has this customer responded to a promotion? What those did who became it stays with their old ids (M-5).
    pub fn has_responded(&self, customer: CustomerId) -> bool {
        self.promotions.values().any(|promotion| promotion.responses.contains(&customer.0))
    }

    /// All entries of a kind by code.
    pub fn entries(&self, kind: Kind) -> Vec<(&str, Definition)> {
        fn list<T: Clone>(
            entries: &BTreeMap<String, T>,
            definition: fn(T) -> Definition,
        ) -> Vec<(&str, Definition)> {
            entries.iter().map(|(code, entry)| (code.as_str(), definition(entry.clone()))).collect()
        }
        match kind {
            Kind::AlternateKeyType => {
                list(&self.alternate_key_types, |description| Definition::AlternateKeyType { description })
            }
            Kind::AttributeType => list(&self.attribute_types, Definition::AttributeType),
            Kind::RetailLocation => list(&self.retail_locations, |name| Definition::RetailLocation { name }),
            Kind::Program => list(&self.programs, Definition::Program),
            Kind::CardProgram => list(&self.card_programs, Definition::CardProgram),
            Kind::Coupon => list(&self.coupons, Definition::Coupon),
            Kind::Promotion => list(&self.promotions, Definition::Promotion),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m_5_promotions_are_found_by_any_of_their_targets() {
        let mut reference = Reference::default();
        for (id, targets) in [("NOBODY", &[][..]), ("SPRING", &[3, 1]), ("TIDE", &[2])] {
            let promotion = Promotion { targets: targets.iter().copied().collect(), ..Promotion::default() };
            reference.define(id.to_owned(), Definition::Promotion(promotion));
        }
        let check = |customers: &[u64], expected: &[&str]| {
            let customers: Vec<_> = customers.iter().copied().map(CustomerId).collect();
            let found: Vec<_> = reference.promotions_for(&customers).into_iter().collect();
            assert_eq!(found, expected, "{customers:?}");
        };
        check(&[], &[]);
        check(&[4], &[]);
        check(&[1], &["SPRING"]);
        check(&[2, 3, 4], &["SPRING", "TIDE"]);
    }
}
