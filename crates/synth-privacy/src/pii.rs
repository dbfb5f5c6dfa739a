//! What is personal data, and where it is.
//!
//! A field is judged as a whole: by the share of its values that pass a check digit or have a shape, by the words
//! of its path, and by lexica. Single values are scanned with [`scan_value`] and [`contains_personal`].

mod account;
mod address;
mod checksum;
mod context;
mod field;
mod lexicon;
mod names;
mod shape;
mod text;
mod vocabulary;
mod words;

use std::fmt;

use synth_core::Rate;

pub(crate) use account::is_well_known;
pub use context::{Company, detect_in_company};
pub use field::detect;
pub use text::{contains_personal, is_full_name, scan_value};
pub use words::PathWords;

/// A kind of personal or secret data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PiiKind {
    /// E-mail address.
    Email,
    /// Telephone or fax number.
    Phone,
    /// IPv4 or IPv6 address.
    IpAddress,
    /// Hardware address of a network interface.
    MacAddress,
    /// Payment card number.
    CreditCard,
    /// International bank account number.
    Iban,
    /// Social security number of the United States.
    Ssn,
    /// Whole name of a person.
    PersonName,
    /// Given name.
    GivenName,
    /// Family name.
    FamilyName,
    /// Postal address or street line.
    Address,
    /// Date of birth.
    DateOfBirth,
    /// Number that a state gave to a person.
    NationalId,
    /// Passport number.
    Passport,
    /// Running text that mentions persons or their data.
    FreeText,
    /// Password, key or token.
    Secret,
    /// Name of a user's account.
    Username,
    /// Postal code of an address.
    PostalCode,
    /// City of a person's address.
    City,
    /// Coordinates of a person's address.
    Coordinates,
    /// Gender of a person.
    Gender,
    /// Page or site of a person.
    PersonalUrl,
    /// Identifier that a register or system gave to a person or account.
    PersonId,
    /// Name of a host.
    HostName,
}

impl PiiKind {
    /// Every kind.
    pub const ALL: [Self; 24] = [
        Self::Email,
        Self::Phone,
        Self::IpAddress,
        Self::MacAddress,
        Self::CreditCard,
        Self::Iban,
        Self::Ssn,
        Self::PersonName,
        Self::GivenName,
        Self::FamilyName,
        Self::Address,
        Self::DateOfBirth,
        Self::NationalId,
        Self::Passport,
        Self::FreeText,
        Self::Secret,
        Self::Username,
        Self::PostalCode,
        Self::City,
        Self::Coordinates,
        Self::Gender,
        Self::PersonalUrl,
        Self::PersonId,
        Self::HostName,
    ];

    /// Returns the name that files use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::IpAddress => "ip_address",
            Self::MacAddress => "mac_address",
            Self::CreditCard => "credit_card",
            Self::Iban => "iban",
            Self::Ssn => "ssn",
            Self::PersonName => "person_name",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::Address => "address",
            Self::DateOfBirth => "date_of_birth",
            Self::NationalId => "national_id",
            Self::Passport => "passport",
            Self::FreeText => "free_text",
            Self::Secret => "secret",
            Self::Username => "username",
            Self::PostalCode => "postal_code",
            Self::City => "city",
            Self::Coordinates => "coordinates",
            Self::Gender => "gender",
            Self::PersonalUrl => "personal_url",
            Self::PersonId => "person_id",
            Self::HostName => "host_name",
        }
    }

    /// Tells whether a value of this kind names nobody by itself, so that it may be published when enough records
    /// share it: a quasi-identifier (Dalenius 1986, Finding a needle in a haystack).
    #[must_use]
    pub const fn is_shared(self) -> bool {
        matches!(self, Self::PostalCode | Self::City | Self::Gender | Self::HostName)
    }

    /// Returns the kind of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for PiiKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether the values of a field are JSON strings or numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueForm {
    /// Strings, escapes resolved.
    Text,
    /// Numbers as they are spelled.
    Number,
}

/// What is known of a field.
#[derive(Debug, Clone, Copy)]
pub struct FieldEvidence<'a> {
    /// Words of the path.
    pub words: &'a PathWords,
    /// Some of the distinct values, with how often each occurs; at least 50 where there are as many.
    pub values: &'a [(&'a str, u64)],
    /// What the values are in JSON.
    pub form: ValueForm,
    /// Number of distinct values, as far as it is known.
    pub n_distinct: u64,
    /// Number of values, repeated ones counted.
    pub n_rows: u64,
}

/// A field that holds personal data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PiiFinding {
    /// What it holds.
    pub kind: PiiKind,
    /// Share of the distinct values given that pass the check of this kind.
    pub share: Rate,
    /// How sure the rule is: its usual precision, not a measured one.
    pub confidence: Rate,
    /// The rule that fired, in words.
    pub reason: &'static str,
}
