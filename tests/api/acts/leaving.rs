//! A pupil leaves the other location of the board for the school of the walk.

use serde_json::json;
use sluis::app::caller::RoleKind::{Board, School};

use super::walk::Walk;
use crate::rosters::{SECOND, snapshot};

impl Walk {
    /// The board releases a dossier of the other location, and the school fetches it and says that it has it.
    pub(super) async fn leave_the_other_location(&mut self, eck_id: String) {
        self.world.switch_on_at(self.things["location"].parse().unwrap()).await;
        self.world.import(snapshot(SECOND)).await;
        self.overlook().await;
        let (school, handover) = (self.things["school"].clone(), self.things["handover"].clone());
        let location = self.things["location"].clone();
        self.things.insert("school", location);
        let body = json!({ "toBrin": "99ZZ00", "basis": "request", "reference": "aanvraag 8", "eckId": eck_id });
        let made = self.step("handover_create:location", Board, body).await;
        self.things.insert("handover", made["id"].as_str().unwrap().to_owned());
        let body = json!({ "by": "guardian", "agrees": true, "birthDate": "2016-05-12" });
        self.step("handover_show", Board, body).await;
        let parts = json!({ "parts": ["identity", "schooling"] });
        self.step("handover_release", Board, parts).await;
        let asked = json!({ "handover": self.things["handover"] });
        self.step("handover_fetch", School, asked).await;
        self.step("handover_receive", School, json!({ "result": "received" }))
            .await;
        self.things.insert("school", school);
        self.things.insert("handover", handover);
    }
}
