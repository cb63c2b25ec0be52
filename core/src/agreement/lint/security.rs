//! The security annex: classification, measures, certificates.

use jiff::Span;
use serde_json::json;

use super::{AdviceCode, Lint, Repair};
use crate::agreement::Level;

/// The values that the form knows; the first is the good one.
const VALUES: [&str; 3] = ["met", "not_met", "alternative"];

impl Lint<'_> {
    pub(super) fn security(&mut self) {
        let particulars = self.particulars();
        let classification = particulars.classification.as_ref();
        if classification.and_then(|of| of.profiling) == Some(Level::High) {
            self.advise(
                AdviceCode::ProfilingAutomatic,
                "/particulars/classification/profiling",
                None,
            );
        }
        if particulars.confidentiality_high == Some(true) && !self.document.second_factor {
            let repair = Repair::replace("/secondFactor", json!(true));
            self.advise(AdviceCode::SecondFactorUnsaid, "/secondFactor", repair);
        }
        for (index, measure) in particulars.measures.iter().enumerate() {
            let [met, not_met, _] = VALUES;
            let place = format!("/particulars/measures/{index}");
            if !VALUES.contains(&measure.status.as_str()) {
                let place = format!("{place}/status");
                let repair = Repair::replace(&place, json!(not_met));
                self.advise(AdviceCode::MeasureValueUnknown, place, repair);
            }
            if measure.status != met && measure.due.is_some_and(|due| due < self.today) {
                self.advise(AdviceCode::DatePast, format!("{place}/due"), None);
            }
        }
        let in_a_year = self.today.saturating_add(Span::new().years(1));
        for (index, certificate) in particulars.certificates.iter().enumerate() {
            let place = format!("/particulars/certificates/{index}");
            if certificate.until < self.today {
                self.advise(AdviceCode::DatePast, format!("{place}/until"), None);
            } else if certificate.until < in_a_year {
                let repair = Repair::remove(&place);
                self.advise(AdviceCode::CertificateEndsSoon, place, repair);
            }
        }
    }
}
