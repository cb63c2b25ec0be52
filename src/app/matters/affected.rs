//! Whom an incident may touch: the persons about whom something went to the product in the time of it, from the records.

use sluis_core::{
    id::{MatterId, SchoolId},
    ledger::Owner,
    matter::Matter,
    time::Timestamp,
};

use crate::app::{
    App,
    act::ActOf,
    caller::{Caller, Role},
    error::{AppError, not_ready},
};

/// How many persons of a school an incident may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AffectedSchool {
    /// The school.
    pub school: SchoolId,
    /// About so many persons something went to the product until the end of the incident, or until now: the supplier may hold their
    /// data. A person counts once for each calendar year.
    pub persons: u64,
    /// About so many of them something went while it lasted, where it is known when it began.
    pub during: Option<u64>,
}

impl App {
    /// For each school of an incident that the caller decides for, how many persons it may touch. Looking is itself on record.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::NotYours`] for a supplier, who does not learn how many there are;
    /// [`AppError::Conflict`] for a matter that is no incident.
    pub async fn matter_affected(&self, caller: &Caller, id: MatterId) -> Result<Vec<AffectedSchool>, AppError> {
        let file = self.matter_view(caller, id).await?;
        let own = match caller.role {
            Role::Board(_) => None,
            Role::School(own) => Some(own),
            Role::Operator | Role::Supplier { .. } | Role::Distributor { .. } => return Err(AppError::NotYours),
        };
        let (Matter::Incident(course), Some(product)) = (&file.matter, file.product) else {
            return Err(not_ready("only an incident touches persons"));
        };
        let known = course.known();
        let until = known.ended_at.unwrap_or_else(|| self.now());
        let ever = Timestamp::from_millis(0);
        let mut found = Vec::new();
        let mut act = ActOf::of(caller);
        for school in file
            .schools
            .iter()
            .copied()
            .filter(|school| own.is_none_or(|own| own == *school))
        {
            let owner = Owner::School(school);
            let persons = self.evidence.persons_reached(owner, product, ever, until).await?;
            let during = match known.began_at {
                Some(began) => Some(self.evidence.persons_reached(owner, product, began, until).await?),
                None => None,
            };
            self.note(&mut act, owner, "incident.affected", "matter", file.id);
            found.push(AffectedSchool {
                school,
                persons,
                during,
            });
        }
        if !found.is_empty() {
            self.carry_out(act, Vec::new()).await?;
        }
        Ok(found)
    }
}
