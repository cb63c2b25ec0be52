//! A whole login through a provider that is not ours: npm `oidc-provider`, a certified one, stands for Kennisnet.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sluis_core::time::{Clock, FixedClock, SystemClock};
use sluis_stand_ins::administration::pupil;
use sluis_test_kit::{
    certified::{Certified, Registered, browse},
    service::BASE,
};

use crate::{
    browser::{Ended, authorization_request, location},
    login::PROTOCOL,
    world::{GROUP, INSIDE, World},
};

const SECRET: &str = "a secret of a test, with : and %";

/// A school whose people log in at the certified provider as this person; nothing where it cannot be started. Its clock is
/// the real one, since the provider has no other: it is set again at each step.
struct School {
    world: World,
    provider: Certified,
}

impl School {
    async fn of(claims: Value) -> Option<Self> {
        let back = format!("{BASE}/oidc/callback");
        let client = Registered {
            id: "sluis",
            secret: SECRET,
            back: &back,
        };
        let provider = Certified::start(client, &claims)?;
        let settings = [
            ("KENNISNET__ISSUER", provider.issuer.as_str()),
            ("KENNISNET__CLIENT_SECRET", SECRET),
        ];
        let world = World::start_at(FixedClock::new(SystemClock.now()), settings).await;
        Some(Self { world, provider })
    }

    fn now(&self) {
        self.world.service.clock.set(SystemClock.now());
    }

    async fn log_in(&self) -> Ended {
        self.now();
        let world = &self.world;
        let sent = world
            .browse(&authorization_request(world.supplier.client.id, &[]))
            .await;
        let request = location(&sent);
        assert!(request.as_str().starts_with(&self.provider.issuer), "{request}");
        let back = browse(request, &format!("{BASE}/oidc/callback")).await;
        self.now();
        world.come_back(&back).await
    }

    /// The claims of the id token of Sluis.
    async fn claims(&self) -> Value {
        let code = self.log_in().await.code();
        self.now();
        let (world, supplier) = (&self.world, &self.world.supplier);
        let tokens = world.exchange(supplier, &code, &[]).await.ok();
        world.claims(&tokens, supplier.client.id).await
    }
}

#[actix_web::test]
async fn a_pupil_of_the_roster_logs_in_up_to_the_id_token_of_the_supplier() {
    let pupil = pupil(INSIDE);
    let Some(school) = School::of(json!({ "eckId": pupil.eck_id, "givenName": "Somebody else" })).await else {
        return;
    };
    let claims = school.claims().await;
    let now = SystemClock.now().as_secs();
    assert!(claims["exp"].as_i64().unwrap() > now && claims["iat"].as_i64().unwrap() <= now);
    let released = claims
        .as_object()
        .unwrap()
        .iter()
        .filter(|(claim, _)| !PROTOCOL.contains(&claim.as_str()));
    let names: BTreeSet<_> = released.map(|(claim, _)| claim.as_str()).collect();
    assert_eq!(names, BTreeSet::from(["eckId", "givenName", "groups", "yearGroup"]));
    assert_eq!(
        claims.get("auth_time"),
        None,
        "this provider does not say when, unless it is asked"
    );
    assert_eq!(claims["eckId"], pupil.eck_id);
    assert_eq!(
        claims["givenName"], pupil.given_name,
        "the roster comes before what the login says"
    );
    assert_eq!(claims["groups"][0]["name"], GROUP);
    assert_eq!(
        school.claims().await["sub"],
        claims["sub"],
        "the account is the same each time"
    );
}

#[actix_web::test]
async fn who_is_not_in_the_roster_gets_a_page_and_the_supplier_nothing() {
    let unknown = format!("https://ketenid.nl/pilot/{}", "0a".repeat(64));
    let Some(school) = School::of(json!({ "eckId": unknown })).await else {
        return;
    };
    assert_eq!(school.log_in().await.page().0, 403);
}
