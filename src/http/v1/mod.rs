//! Version 1 of the API, one file per resource.

use utoipa_actix_web::service_config::ServiceConfig;

mod acceptance;
mod account;
mod account_change;
mod activation;
mod activity;
mod agreement;
mod agreement_changes;
mod agreement_life;
mod annex;
mod approval;
mod board;
mod catalogue;
mod client;
mod connection;
mod consent;
mod contact;
mod decision;
mod disclosure;
mod event;
mod group;
mod handover;
mod handover_fetch;
mod handover_view;
mod instruction;
mod learner;
mod ledger;
mod lint;
mod mandate;
mod matter;
mod me;
mod narrowing;
mod path;
mod places;
mod product;
mod reach;
mod record;
mod record_export;
mod record_search;
mod release;
mod restriction;
mod run;
mod school;
mod stance;
mod supplier;
mod suspension;
mod whom;

/// All operations. This list is the router and the OpenAPI document. The router tries one pattern after the other: those
/// that are asked again and again stand first.
pub(super) fn register(config: &mut ServiceConfig<'_>) {
    config
        .service(decision::decision_create)
        .service(account::account_resolve)
        .service(learner::learner_search)
        .service(me::me_view)
        .service(catalogue::purpose_list)
        .service(catalogue::data_category_list)
        .service(catalogue::attribute_set_list)
        .service(board::board_list)
        .service(board::board_create)
        .service(board::board_view)
        .service(school::school_list)
        .service(school::school_create)
        .service(school::school_view)
        .service(supplier::supplier_list)
        .service(supplier::supplier_create)
        .service(supplier::supplier_view)
        .service(product::product_list)
        .service(product::product_create)
        .service(product::product_view)
        .service(client::client_create)
        .service(client::client_view)
        .service(client::client_revoke)
        .service(agreement::agreement_list)
        .service(agreement::agreement_create)
        .service(lint::agreement_lint)
        .service(agreement::agreement_view)
        .service(acceptance::agreement_accept)
        .service(agreement_changes::agreement_changes)
        .service(agreement_life::agreement_cover)
        .service(agreement_life::agreement_suspend)
        .service(agreement_life::agreement_resume)
        .service(agreement_life::agreement_end)
        .service(activity::activity_list)
        .service(approval::approval_list)
        .service(approval::approval_create)
        .service(approval::approval_view)
        .service(approval::approval_withdraw)
        .service(contact::contact_list)
        .service(contact::contact_create)
        .service(contact::contact_view)
        .service(contact::contact_revoke)
        .service(matter::incident::incident_create)
        .service(matter::request::request_create)
        .service(matter::opening::enquiry_create)
        .service(matter::opening::claim_create)
        .service(matter::opening::ending_create)
        .service(matter::paper::contract_create)
        .service(matter::paper::filing_create)
        .service(matter::matter_list)
        .service(matter::matter_view)
        .service(matter::step::matter_step)
        .service(matter::access::request_access)
        .service(matter::incident::incident_affected)
        .service(matter::duty::duty_list)
        .service(mandate::mandate_list)
        .service(mandate::mandate_create)
        .service(mandate::mandate_view)
        .service(mandate::mandate_revoke)
        .service(narrowing::narrowing_list)
        .service(narrowing::narrowing_create)
        .service(narrowing::narrowing_view)
        .service(narrowing::narrowing_end)
        .service(stance::stance_list)
        .service(stance::stance_create)
        .service(stance::stance_view)
        .service(stance::stance_end)
        .service(instruction::instruction_list)
        .service(instruction::instruction_create)
        .service(instruction::instruction_view)
        .service(instruction::instruction_suspend)
        .service(instruction::instruction_resume)
        .service(instruction::instruction_end)
        .service(activation::activation_list)
        .service(activation::activation_create)
        .service(activation::activation_view)
        .service(activation::activation_accept)
        .service(activation::activation_end)
        .service(connection::connection_list)
        .service(connection::connection_create)
        .service(connection::connection_view)
        .service(connection::connection_activate)
        .service(connection::connection_end)
        .service(connection::connection_pull)
        .service(run::run_list)
        .service(run::run_view)
        .service(group::group_list)
        .service(consent::consent_list)
        .service(consent::consent_create)
        .service(consent::consent_view)
        .service(consent::consent_withdraw)
        .service(handover::handover_list)
        .service(handover::handover_create)
        .service(handover_fetch::handover_fetch)
        .service(handover::handover_view)
        .service(handover::handover_show)
        .service(handover::handover_release)
        .service(handover::handover_refuse)
        .service(handover_fetch::handover_receive)
        .service(disclosure::disclosure_list)
        .service(disclosure::disclosure_create)
        .service(disclosure::disclosure_view)
        .service(disclosure::disclosure_release)
        .service(disclosure::disclosure_end)
        .service(restriction::restriction_list)
        .service(restriction::restriction_create)
        .service(restriction::restriction_view)
        .service(restriction::restriction_end)
        .service(account_change::account_search)
        .service(account_change::account_merge)
        .service(account_change::account_split)
        .service(account_change::account_take_over)
        .service(account_change::account_change_list)
        .service(account_change::account_change_view)
        .service(account_change::account_change_undo)
        .service(account_change::account_change_search)
        .service(event::event_list)
        .service(reach::reach_view)
        .service(record::record_list)
        .service(record_export::record_export)
        .service(record::board_record_list)
        .service(record_export::board_record_export)
        .service(record_search::record_search)
        .service(record::record_proof)
        .service(ledger::checkpoint_list)
        .service(ledger::consistency_view)
        .service(ledger::verifier_key_view);
}
