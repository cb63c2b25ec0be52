//! What becomes of each attribute, and which rows are too few to go.

use std::collections::BTreeMap;

use super::{Limits, measure::Identifier};
use crate::catalogue::{Attribute, AttributeSet};

/// How an attribute that could point to a person is put in classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Generalise {
    /// A date becomes its year.
    Year,
    /// It is a class already: many share each of its values.
    AsItIs,
}

/// What becomes of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Treatment {
    /// It never goes: it names a person by this, or tells too much.
    Never(Option<Identifier>),
    /// It could point to a person together with others: it goes in classes.
    InClasses(Generalise),
    /// It is what is looked into.
    Value,
}

/// What becomes of an attribute in data that name nobody.
///
/// Free text (support plan, preferences) may name somebody in every line; special categories go to no research without a ground of
/// their own (GDPR 9(2)(j)), of which nothing is on record here. Groups and branches are small enough to name who is in them.
pub const fn treatment(attribute: Attribute) -> Treatment {
    use Attribute as A;
    match attribute {
        A::GivenName
        | A::FirstNames
        | A::Initials
        | A::FamilyNamePrefix
        | A::FamilyName
        | A::FormOfAddress
        | A::Photo
        | A::UserName => Treatment::Never(Some(Identifier::Name)),
        A::HomeAddress | A::Postcode | A::Town | A::Telephone | A::Email | A::SchoolEmail => {
            Treatment::Never(Some(Identifier::Contact))
        }
        A::PupilNumber | A::EckId | A::BankAccount | A::Invoices => Treatment::Never(Some(Identifier::Number)),
        A::IpAddress | A::UsageData => Treatment::Never(Some(Identifier::Device)),
        A::Groups | A::Branch | A::Timetable => Treatment::Never(Some(Identifier::School)),
        A::Health | A::Belief | A::Nationality | A::BirthPlace | A::SupportPlan | A::Accessibility => {
            Treatment::Never(None)
        }
        A::BirthDate => Treatment::InClasses(Generalise::Year),
        A::Gender | A::YearGroup | A::EducationCode => Treatment::InClasses(Generalise::AsItIs),
        A::ExamResults | A::Results | A::Progress | A::Attendance => Treatment::Value,
    }
}

/// What may go in data that name nobody.
pub fn in_rows() -> AttributeSet {
    let all = Attribute::ALL.into_iter();
    all.filter(|attribute| !matches!(treatment(*attribute), Treatment::Never(_)))
        .collect()
}

/// A value as it goes; none for what never goes, or cannot be put in classes.
pub fn generalised(attribute: Attribute, value: &str) -> Option<String> {
    match treatment(attribute) {
        Treatment::Never(_) => None,
        Treatment::InClasses(Generalise::Year) => {
            let (year, rest) = value.split_at_checked(4)?;
            let digits = year.bytes().all(|byte| byte.is_ascii_digit());
            (digits && (rest.is_empty() || rest.starts_with('-'))).then(|| year.to_owned())
        }
        Treatment::InClasses(Generalise::AsItIs) | Treatment::Value => Some(value.to_owned()),
    }
}

/// Which rows go, in their order: those of which enough look the same in everything that could point to somebody (k-anonymity).
/// What is in classes is given for each row.
pub fn unlike_few<C: Ord>(classes: &[C], limits: Limits) -> Vec<bool> {
    let mut alike: BTreeMap<&C, usize> = BTreeMap::new();
    for class in classes {
        *alike.entry(class).or_default() += 1;
    }
    let enough = |class| alike.get(class).is_some_and(|rows| *rows >= limits.rows());
    classes.iter().map(enough).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_names_a_person_has_no_form_in_which_it_goes() {
        for attribute in [
            Attribute::GivenName,
            Attribute::Initials,
            Attribute::EckId,
            Attribute::PupilNumber,
            Attribute::Email,
            Attribute::Postcode,
            Attribute::Groups,
            Attribute::Branch,
            Attribute::Health,
            Attribute::SupportPlan,
            Attribute::IpAddress,
            Attribute::Photo,
        ] {
            assert_eq!(generalised(attribute, "2016"), None, "{attribute}");
            assert!(!in_rows().contains(attribute), "{attribute}");
        }
    }

    #[test]
    fn a_date_of_birth_becomes_its_year() {
        let year = |text| generalised(Attribute::BirthDate, text);
        assert_eq!(year("2016-05-12").as_deref(), Some("2016"));
        assert_eq!(year("2016").as_deref(), Some("2016"));
        for wrong in ["12-05-2016", "201", "", "20160512", "éé"] {
            assert_eq!(year(wrong), None, "{wrong}");
        }
        assert_eq!(generalised(Attribute::YearGroup, "7").as_deref(), Some("7"));
    }

    proptest! {
        /// Of what goes there are at least five that look the same, and what looks like enough others is not held back.
        #[test]
        fn no_row_goes_alone(classes in prop::collection::vec((0_u8..3, 0_u8..3), 0..40)) {
            let limits = Limits::DEFAULT;
            let goes = unlike_few(&classes, limits);
            prop_assert_eq!(goes.len(), classes.len());
            for (place, class) in classes.iter().enumerate() {
                let alike = classes.iter().filter(|other| *other == class).count();
                prop_assert_eq!(goes[place], alike >= limits.rows());
            }
        }
    }
}
