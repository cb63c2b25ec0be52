//! Answers of an administration system of an invented school.

use sluis_connector_port::contract::{Answer, GIVEN_NAME, SCHOOL_YEAR};

pub(crate) const ECK_IDS: [&str; 2] = [
    "https://ketenid.nl/pilot/0aa6cd3b6f2d94b4f8a1c7e05d9b3f6821c4e7a09b5d8f3c6e1a4b7d2f9085c3\
     7e1b4d6a9c2f5083b7e6d1a4c9f2058b3e7d6a1c4f9b2085e3d7a6c1f4b92058",
    "https://ketenid.nl/pilot/f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f01\
     f1e2d3c4b5a69788796a5b4c3d2e1f02f1e2d3c4b5a69788796a5b4c3d2e1f03",
];

/// What may differ from one roster to the next.
pub(crate) struct Roster {
    pub(crate) school_year: &'static str,
    pub(crate) branch: &'static str,
    pub(crate) keys: [&'static str; 2],
    pub(crate) eck_ids: [String; 2],
    pub(crate) group: &'static str,
}

impl Default for Roster {
    fn default() -> Self {
        Self {
            school_year: SCHOOL_YEAR,
            branch: "01",
            keys: ["1001", "1002"],
            eck_ids: ECK_IDS.map(str::to_owned),
            group: "g5",
        }
    }
}

impl Roster {
    pub(crate) fn answer(&self) -> Answer {
        let pupils: String = std::iter::zip(self.keys, &self.eck_ids)
            .map(|(key, eck_id)| {
                format!(
                    "<lg:leerling key=\"{key}\" eckid=\"{eck_id}\"><lg:achternaam>Kade</lg:achternaam>\
                     <lg:roepnaam>{GIVEN_NAME}</lg:roepnaam><lg:jaargroep>5</lg:jaargroep>\
                     <lg:groep key=\"{}\"/><lg:bsn>111222333</lg:bsn></lg:leerling>",
                    self.group
                )
            })
            .collect();
        self.around(&pupils)
    }

    /// The roster with these elements for pupils.
    pub(crate) fn around(&self, pupils: &str) -> Answer {
        data(&format!(
            "<lg:leerlinggegevens><lg:school><lg:schooljaar>{}</lg:schooljaar><lg:brincode>99ZZ</lg:brincode>\
             <lg:dependancecode>{}</lg:dependancecode></lg:school><lg:groepen><lg:groep key=\"g5\">\
             <lg:naam>Groep 5</lg:naam><lg:jaargroep>5</lg:jaargroep></lg:groep></lg:groepen>\
             <lg:leerlingen>{pupils}</lg:leerlingen></lg:leerlinggegevens>",
            self.school_year, self.branch
        ))
    }
}

/// An answer that is no fault.
pub(crate) fn data(content: &str) -> Answer {
    envelope(
        200,
        &format!(
            "<lg:leerlinggegevens_antwoord xmlns:lg=\"http://www.edustandaard.nl/leerresultaten/2/leerlinggegevens\">\
             {content}</lg:leerlinggegevens_antwoord>"
        ),
    )
}

/// A fault, whose text names a person as some systems do.
pub(crate) fn fault(code: &str) -> Answer {
    envelope(
        500,
        &format!(
            "<soapenv:Fault><faultcode>soapenv:{code}</faultcode><faultstring>{GIVEN_NAME} kan niet</faultstring>\
             <detail><reden>{GIVEN_NAME}</reden></detail></soapenv:Fault>"
        ),
    )
}

pub(crate) fn envelope(status: u16, body: &str) -> Answer {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Header/>\
         <soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>\n"
    );
    Answer {
        status,
        media_type: "text/xml; charset=utf-8",
        body: body.into_bytes(),
    }
}
