use rstest::rstest;
use serde_json::{Value, json};
use sluis_core::identifier::EckIdError;

use super::{Federation, SUB, eck_id, pupil};
use crate::federation::kennisnet::{Affiliation, KennisnetError, VerifiedLogin};

async fn login_with(attribute: &str, value: Value) -> Result<VerifiedLogin, KennisnetError> {
    let federation = Federation::start().await;
    federation
        .login(|story| {
            let mut claims = pupil();
            claims[attribute] = value;
            story.userinfo(claims);
        })
        .await
}

#[rstest]
#[case::stem_pseudonym(eck_id("sppilot"), EckIdError::StemPseudonym)]
#[case::test_value(eck_id("pilot"), EckIdError::Segment)]
#[case::capitals(eck_id("201703").to_uppercase().replace("HTTPS", "https"), EckIdError::UpperCase)]
#[case::something_else("140316".to_owned(), EckIdError::Shape)]
#[tokio::test]
async fn a_pseudonym_that_must_not_enter_is_refused(#[case] value: String, #[case] expected: EckIdError) {
    match login_with("eckId", json!([value])).await {
        Err(KennisnetError::EckId(reason)) => assert_eq!(reason, expected),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn of_two_eck_ids_none_is_chosen() {
    let other = eck_id("201703").replace("0123", "3210");
    let error = login_with("eckId", json!([eck_id("201703"), other])).await.unwrap_err();
    assert!(matches!(error, KennisnetError::EckIdAmbiguous));
    let twice_the_same = login_with("eckId", json!([eck_id("201703"), eck_id("201703")])).await;
    assert!(twice_the_same.unwrap().eck_id.is_some());
}

#[rstest]
#[tokio::test]
async fn a_national_number_in_an_identifier_is_refused(
    #[values("uid", "entree_uid", "nlEduPersonRealId", "nlEduPersonProfileId")] attribute: &str,
    #[values("123456782@waterkant", "1234.56.782", "100000004@waterkant")] number: &str,
) {
    let error = login_with(attribute, json!(number)).await.unwrap_err();
    assert!(matches!(error, KennisnetError::NationalNumber { .. }), "{error:?}");
    assert!(!error.to_string().contains(number));
}

#[tokio::test]
async fn a_national_number_as_sub_is_refused() {
    let login = Federation::start()
        .await
        .login(|story| {
            story.claims["sub"] = json!("123456782");
            story.userinfo(json!({"sub": "123456782"}));
        })
        .await;
    assert!(
        matches!(login, Err(KennisnetError::NationalNumber { attribute: "sub" })),
        "{login:?}"
    );
}

#[tokio::test]
async fn a_digest_that_holds_nine_digits_by_chance_is_no_national_number() {
    let digest = "ab123456782cdef0123456789abcdef0@waterkant";
    assert!(login_with("entree_uid", json!(digest)).await.is_ok());
}

#[tokio::test]
async fn a_national_number_elsewhere_is_not_taken_in() {
    assert!(
        login_with("mail", json!("123456782@school.example"))
            .await
            .unwrap()
            .email
            .is_none()
    );
}

#[rstest]
#[tokio::test]
async fn what_is_empty_is_absent(
    #[values(json!(""), json!("  "), json!([]), json!([[]]), json!([""]), json!(null), json!({"a": "b"}), json!(7))]
    empty: Value,
) {
    let federation = Federation::start().await;
    let login = federation
        .login(|story| {
            story.userinfo(json!({
                "sub": SUB, "eckId": empty, "uid": empty, "givenName": empty, "given_name": " Sanne ",
                "eduPersonAffiliation": empty, "nlEduPersonHomeOrganizationId": empty,
            }));
        })
        .await
        .unwrap();
    assert!(login.eck_id.is_none() && login.uid.is_none() && login.organisation.is_none());
    assert!(login.affiliations.is_empty());
    assert_eq!(login.given_name.unwrap().expose(), "Sanne", "the next name is tried");
}

#[rstest]
#[case::branch_first(json!("99ZZ02"), json!("99ZZ"), Some("Branch(99ZZ02)"))]
#[case::branch_in_the_general_name(json!(null), json!("99ZZ03"), Some("Branch(99ZZ03)"))]
#[case::branch_is_no_brin(json!("waterkant"), json!("99ZZ"), Some("Institution(99ZZ)"))]
#[case::reference_school(json!(null), json!("ENTREE"), None)]
#[case::lower_case(json!(null), json!("99zz"), None)]
#[case::two_schools(json!(null), json!(["99ZZ", "98YY"]), None)]
#[case::no_brin_among_them(json!(null), json!(["waterkant", "99ZZ"]), Some("Institution(99ZZ)"))]
#[tokio::test]
async fn the_school_is_known_only_by_one_brin(
    #[case] branch: Value,
    #[case] organisation: Value,
    #[case] expected: Option<&str>,
) {
    let login = Federation::start()
        .await
        .login(|story| {
            story.userinfo(json!({
                "sub": SUB,
                "nlEduPersonHomeOrganizationBranchId": branch,
                "nlEduPersonHomeOrganizationId": organisation,
                "schac_home_organization": "waterkant.example",
            }));
        })
        .await
        .unwrap();
    assert_eq!(
        login.organisation.map(|known| format!("{known:?}")).as_deref(),
        expected
    );
}

#[tokio::test]
async fn roles_are_read_whatever_their_capitals() {
    for (value, expected) in [
        ("Student", Affiliation::Pupil),
        ("Teacher", Affiliation::Staff),
        ("EMPLOYEE", Affiliation::Staff),
        ("affiliate", Affiliation::Other),
    ] {
        let login = login_with("eduPersonAffiliation", json!(value)).await.unwrap();
        assert_eq!(Vec::from_iter(login.affiliations), [expected], "{value}");
    }
}
