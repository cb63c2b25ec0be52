//! How the connection to Kennisnet is set up.

use std::{collections::BTreeSet, time::Duration};

use openidconnect::IssuerUrl;
use secrecy::SecretString;
use serde::Deserialize;
use sluis_core::identifier::EckIdRules;
use url::Url;

/// The settings of one connection (one client at Kennisnet with one attribute set).
#[derive(Debug, Clone)]
pub struct KennisnetSettings {
    /// The issuer exactly as the provider writes it: a trailing slash counts.
    pub issuer: IssuerUrl,
    /// Our client id.
    pub client_id: String,
    /// Our client secret.
    pub client_secret: SecretString,
    /// Where the browser comes back.
    pub redirect_uri: Url,
    /// The scopes to ask; `openid` is always asked.
    pub scopes: Vec<String>,
    /// By which claim names each attribute may arrive.
    pub aliases: AttributeAliases,
    /// Which generations of ECK iD are taken.
    pub eck_id: EckIdRules,
    /// The `acr` values that stand for a second factor.
    pub second_factor: BTreeSet<String>,
    /// The `acr` values that the provider can be asked for.
    pub acr_values: BTreeSet<String>,
    /// Whether the provider understands `prompt=select_account`.
    pub select_account: bool,
    /// How far the provider's clock may be off, in seconds.
    pub clock_skew_secs: i64,
    /// How long somebody may take to log in, in seconds.
    pub login_secs: i64,
    /// How long the provider's description and keys are kept, in seconds.
    pub discovery_secs: i64,
    /// How long one answer of the provider may take.
    pub timeout: Duration,
}

impl KennisnetSettings {
    /// The usual settings of a connection: production ECK iDs, scope `openid profile`, no second factor known.
    pub fn new(issuer: IssuerUrl, client_id: String, client_secret: SecretString, redirect_uri: Url) -> Self {
        Self {
            issuer,
            client_id,
            client_secret,
            redirect_uri,
            scopes: vec!["openid".to_owned(), "profile".to_owned()],
            aliases: AttributeAliases::default(),
            eck_id: EckIdRules::default(),
            second_factor: BTreeSet::new(),
            acr_values: BTreeSet::new(),
            select_account: false,
            clock_skew_secs: 30,
            login_secs: 900,
            discovery_secs: 3_600,
            timeout: Duration::from_secs(5),
        }
    }
}

/// By which claim names each attribute may arrive, in order of preference: Entree's own names and those of the software
/// that it runs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AttributeAliases {
    /// The ECK iD.
    pub eck_id: Vec<String>,
    /// The hashed user id.
    pub uid: Vec<String>,
    /// The stable user id of the renewed platform.
    pub entree_uid: Vec<String>,
    /// `nlEduPersonRealId`.
    pub real_id: Vec<String>,
    /// `nlEduPersonProfileId`.
    pub profile_id: Vec<String>,
    /// The role.
    pub affiliation: Vec<String>,
    /// The branch; preferred over the institution.
    pub branch: Vec<String>,
    /// The institution.
    pub organisation: Vec<String>,
    /// First name.
    pub given_name: Vec<String>,
    /// Name infix (tussenvoegsels).
    pub name_infix: Vec<String>,
    /// Surname.
    pub family_name: Vec<String>,
    /// E-mail address; never a key.
    pub email: Vec<String>,
}

impl Default for AttributeAliases {
    fn default() -> Self {
        let names = |names: &[&str]| names.iter().copied().map(str::to_owned).collect();
        Self {
            eck_id: names(&["eckId", "eckid"]),
            uid: names(&["uid", "uids"]),
            entree_uid: names(&["entree_uid"]),
            real_id: names(&["nlEduPersonRealId"]),
            profile_id: names(&["nlEduPersonProfileId"]),
            affiliation: names(&["eduPersonAffiliation", "eduperson_affiliation"]),
            branch: names(&["nlEduPersonHomeOrganizationBranchId"]),
            organisation: names(&["nlEduPersonHomeOrganizationId", "schac_home_organization"]),
            given_name: names(&["givenName", "given_name"]),
            name_infix: names(&["nlEduPersonTussenvoegsels"]),
            family_name: names(&["sn", "family_name"]),
            email: names(&["mail", "email"]),
        }
    }
}
