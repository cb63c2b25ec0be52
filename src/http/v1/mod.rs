//! Version 1 of the API, one file per resource.

use utoipa_actix_web::service_config::ServiceConfig;

mod ledger;
mod me;

/// All operations. This list is the router and the OpenAPI document.
pub(super) fn register(config: &mut ServiceConfig<'_>) {
    config.service(me::me_view).service(ledger::verifier_key_view);
}
