//! `authorization_details` of type `sluis` (RFC 9396): the one school and the one purpose of a token.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use serde_json::{Map, Value, json};
use sluis_core::{catalogue::Purpose, id::SchoolId};

use crate::app::caller::Bound;

/// The one type of authorization details that we know.
pub const DETAILS_TYPE: &str = "sluis";

/// What a token is bound to, as the wire has it: an array with one object, for example
/// `[{"type": "sluis", "school": "0198f3b2-...", "purpose": "D4"}]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SluisDetails(pub Bound);

/// What is wrong with authorization details.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DetailsFault {
    /// Not an array with exactly one object.
    #[error("`authorization_details` is a JSON array with exactly one object")]
    NotOne,
    /// Another type.
    #[error("the `type` of the authorization details is `sluis`")]
    Type,
    /// A member that the type does not have.
    #[error("the authorization details have no members but `type`, `school` and `purpose`")]
    UnknownMember,
    /// Not the identifier of a school.
    #[error("`school` is the identifier of a school: a UUID in lower case with hyphens")]
    School,
    /// Not a purpose.
    #[error("`purpose` is one of `D1` to `D22`")]
    Purpose,
    /// Neither school nor purpose.
    #[error("the authorization details name a `school`, a `purpose`, or both")]
    Nothing,
}

impl SluisDetails {
    /// Reads the parameter of a request.
    ///
    /// # Errors
    /// Everything that is wrong with it. What is not understood is refused, not ignored (RFC 9396, 5).
    pub fn parse(json: &str) -> Result<Self, Vec<DetailsFault>> {
        let value: Value = serde_json::from_str(json).map_err(|_| vec![DetailsFault::NotOne])?;
        Self::from_value(&value)
    }

    /// Reads what is already JSON.
    ///
    /// # Errors
    /// As [`SluisDetails::parse`].
    pub fn from_value(value: &Value) -> Result<Self, Vec<DetailsFault>> {
        let one = value.as_array().and_then(|details| match details.as_slice() {
            [one] => one.as_object(),
            _ => None,
        });
        let one = one.ok_or_else(|| vec![DetailsFault::NotOne])?;
        let mut faults = Vec::new();
        if one.get("type").and_then(Value::as_str) != Some(DETAILS_TYPE) {
            faults.push(DetailsFault::Type);
        }
        if one
            .keys()
            .any(|member| !matches!(member.as_str(), "type" | "school" | "purpose"))
        {
            faults.push(DetailsFault::UnknownMember);
        }
        if !one.contains_key("school") && !one.contains_key("purpose") {
            faults.push(DetailsFault::Nothing);
        }
        let school = member(one, "school", |text| SchoolId::parse(text).ok());
        let purpose = member(one, "purpose", |text| Purpose::parse(text).ok());
        faults.extend(school.is_none().then_some(DetailsFault::School));
        faults.extend(purpose.is_none().then_some(DetailsFault::Purpose));
        match (school, purpose) {
            (Some(school), Some(purpose)) if faults.is_empty() => Ok(Self(Bound { school, purpose })),
            _ => Err(faults),
        }
    }
}

/// `None` when the member is there and wrong; `Some(None)` when it is absent.
fn member<T>(object: &Map<String, Value>, name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    match object.get(name) {
        None => Some(None),
        Some(value) => value.as_str().and_then(parse).map(Some),
    }
}

impl Serialize for SluisDetails {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut one = Map::from_iter([("type".to_owned(), json!(DETAILS_TYPE))]);
        one.extend(self.0.school.map(|school| ("school".to_owned(), json!(school))));
        one.extend(
            self.0
                .purpose
                .map(|purpose| ("purpose".to_owned(), json!(purpose.code()))),
        );
        [one].serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SluisDetails {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::from_value(&value).map_err(|_| D::Error::custom("these are no authorization details of type `sluis`"))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const SCHOOL: &str = "01990000-0000-7000-8000-000000000001";

    #[test]
    fn school_and_purpose_are_read_and_written_the_same() {
        let json = json!([{ "type": "sluis", "school": SCHOOL, "purpose": "D22" }]);
        let details = SluisDetails::from_value(&json).unwrap();
        assert_eq!(details.0.school.unwrap().to_string(), SCHOOL);
        assert_eq!(details.0.purpose, Purpose::from_number(22));
        assert_eq!(serde_json::to_value(details).unwrap(), json);
    }

    #[test]
    fn one_of_both_is_enough() {
        let json = json!([{ "type": "sluis", "purpose": "D4" }]);
        let details = SluisDetails::from_value(&json).unwrap();
        assert_eq!(
            details.0,
            Bound {
                school: None,
                purpose: Purpose::from_number(4)
            }
        );
        assert_eq!(serde_json::to_value(details).unwrap(), json);
    }

    #[rstest]
    #[case("", vec![DetailsFault::NotOne])]
    #[case("{}", vec![DetailsFault::NotOne])]
    #[case("[]", vec![DetailsFault::NotOne])]
    #[case("[1]", vec![DetailsFault::NotOne])]
    #[case(r#"[{"type":"sluis","purpose":"D1"},{"type":"sluis","purpose":"D2"}]"#, vec![DetailsFault::NotOne])]
    #[case(r#"[{"purpose":"D1"}]"#, vec![DetailsFault::Type])]
    #[case(r#"[{"type":"other","purpose":"D1"}]"#, vec![DetailsFault::Type])]
    #[case(r#"[{"type":"sluis","purpose":"D1","actions":["read"]}]"#, vec![DetailsFault::UnknownMember])]
    #[case(r#"[{"type":"sluis"}]"#, vec![DetailsFault::Nothing])]
    #[case(r#"[{"type":"sluis","school":"99DE00"}]"#, vec![DetailsFault::School])]
    #[case(r#"[{"type":"sluis","school":null}]"#, vec![DetailsFault::School])]
    #[case(
        r#"[{"type":1,"school":1,"purpose":1,"x":1}]"#,
        vec![DetailsFault::Type, DetailsFault::UnknownMember, DetailsFault::School, DetailsFault::Purpose]
    )]
    fn what_is_not_understood_is_refused(#[case] json: &str, #[case] faults: Vec<DetailsFault>) {
        assert_eq!(SluisDetails::parse(json), Err(faults));
    }

    #[rstest]
    fn a_purpose_has_one_spelling(
        #[values("D0", "D23", "D01", "d4", "4", "D+4", "D 4", "D4 ", "D256", "D")] code: &str,
    ) {
        let json = json!([{ "type": "sluis", "purpose": code }]);
        assert_eq!(SluisDetails::from_value(&json), Err(vec![DetailsFault::Purpose]));
    }
}
