//! How long data are kept and what the processor does with them for itself, as far as that is no defect.

use super::{AdviceCode, Lint};
use crate::agreement::{Anonymising, From, Whose};

impl Lint<'_> {
    pub(super) fn terms(&mut self) {
        for (index, rule) in self.document.retention.rules.iter().enumerate() {
            if rule.from == From::Notice && rule.whose != Whose::Relations {
                self.advise(
                    AdviceCode::RetentionBeforeEnd,
                    format!("/retention/rules/{index}"),
                    None,
                );
            }
        }
        let particulars = self.particulars();
        let anonymous = particulars.anonymising.as_ref().is_some_and(Anonymising::is_enough);
        if particulars.anonymising.is_some() && !anonymous {
            self.advise(
                AdviceCode::AnonymisingIncomplete,
                "/particulars/anonymising/removes",
                None,
            );
        }
        for (index, of) in particulars.own_use.iter().enumerate() {
            if of.anonymised && anonymous {
                self.advise(
                    AdviceCode::OwnUseAnonymous,
                    format!("/particulars/ownUse/{index}"),
                    None,
                );
            }
        }
        for (index, mailing) in particulars.mailings.iter().enumerate() {
            if !mailing.promotion && !mailing.opt_out {
                let place = format!("/particulars/mailings/{index}");
                self.advise(AdviceCode::MailingWithoutOptOut, place, None);
            }
        }
    }
}
