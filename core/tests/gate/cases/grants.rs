//! Random grants about a person, to two next schools, by two requests and to two authorities.

use proptest::{option, prelude::*};
use sluis_core::{
    catalogue::{Attribute, AttributeSet, Purpose},
    gate::{Asker, Channel, Direction, Request},
    identifier::Oin,
    person::{Disclosure, Handover, HandoverBasis, Law, NextSchool, OwnRequest, Requester},
};

use super::{days, mostly, set, window};
use crate::world::{authority, id, next_school};

/// The same institution may be known by either.
pub(super) fn next_schools() -> [Asker; 2] {
    [next_school("98XY00"), NextSchool::Oin(authority(0))].map(Asker::NextSchool)
}

pub(super) fn authorities() -> [Asker; 2] {
    [authority(0), authority(1)].map(Asker::Authority)
}

fn attributes() -> impl Strategy<Value = AttributeSet> {
    const ALL: &[Attribute] = &[
        Attribute::GivenName,
        Attribute::FamilyName,
        Attribute::EckId,
        Attribute::BirthDate,
        Attribute::Health,
        Attribute::Groups,
    ];
    prop_oneof![1 => set(ALL, 6), 1 => Just(ALL.iter().copied().collect())]
}

pub(super) fn handover() -> impl Strategy<Value = Handover> {
    let basis = prop_oneof![
        Just(HandoverBasis::Order),
        prop::bool::ANY.prop_map(|consented| HandoverBasis::Request { consented }),
    ];
    let to = mostly(next_school("98XY00"), vec![NextSchool::Oin(authority(0))]);
    (to, basis, window(), attributes()).prop_map(|(to, basis, window, attributes)| Handover {
        to,
        basis,
        window,
        attributes,
    })
}

pub(super) fn own_request() -> impl Strategy<Value = OwnRequest> {
    let by = mostly(Requester::Person, vec![Requester::Guardian]);
    let verified = option::weighted(0.8, days());
    (mostly(0u128, vec![1]), by, verified, window()).prop_map(|(number, by, identity_verified_at, window)| OwnRequest {
        id: id(number),
        by,
        identity_verified_at,
        window,
    })
}

pub(super) fn disclosure() -> impl Strategy<Value = Disclosure> {
    let to = mostly(0u8, vec![1]).prop_map(|number| -> Oin { authority(number) });
    let verified = option::weighted(0.8, days());
    (to, verified, prop::bool::ANY, window(), attributes()).prop_map(
        |(to, verified_at, in_spite_of_restriction, window, attributes)| Disclosure {
            to,
            law: Law::parse("Leerplichtwet 1969, artikel 21").unwrap(),
            verified_at,
            in_spite_of_restriction,
            window,
            attributes,
        },
    )
}

/// Whoever needs a grant asks for the right purpose by the right way.
pub(super) fn put_in_order(request: &mut Request) {
    let purpose = match request.asker {
        Asker::NextSchool(_) => "D11",
        Asker::Person(_) | Asker::Authority(_) => "D21",
        Asker::Supplier(_) | Asker::Distributor(_) | Asker::Controller => return,
    };
    request.purpose = Some(Purpose::parse(purpose).unwrap());
    request.channel = Channel::Api;
    request.direction = Direction::Release;
    request.receiver = None;
}
