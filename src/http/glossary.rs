//! The words of the API with the Dutch or legal word beside each.

/// Tags of operations.
pub(super) const TAGS: &[(&str, &str)] = &[
    ("service", "What this service is and what the caller may do"),
    (
        "catalogue",
        "What codes mean: purposes (doeleinden), data categories (categorieën persoonsgegevens), attribute sets (attributensets)",
    ),
    (
        "organisations",
        "Boards (bevoegde gezagen), schools (scholen), suppliers (leveranciers) and products (digitale onderwijsmiddelen)",
    ),
    (
        "agreements",
        "Processing agreements (verwerkersovereenkomsten), approvals (akkoorden) and mandates (mandaten)",
    ),
    (
        "activations",
        "Products switched on by a school, with a scope (activaties)",
    ),
    (
        "connections",
        "Links to administration systems (koppelingen) and their runs",
    ),
    (
        "exchange",
        "Accounts, learners and decisions: what suppliers ask (verstrekkingen)",
    ),
    (
        "rights",
        "Rights of persons (rechten van betrokkenen): consents, restrictions and objections, disclosures that a law asks for",
    ),
    (
        "handovers",
        "Dossiers of pupils for the next school (overstap): shown, released, fetched",
    ),
    (
        "accounts",
        "Whose an account is: looking up, merging, splitting, taking over (accounts bij leveranciers)",
    ),
    (
        "matters",
        "What the sides deal with step by step (zaken): incidents (incidenten, datalekken), enquiries, claims, documents, contracts, endings; and the duties (verplichtingen) in them",
    ),
    ("evidence", "Records and checkpoints (logboek)"),
];

const WORDS: &[(&str, &str)] = &[
    ("Board", "bevoegd gezag (verwerkingsverantwoordelijke)"),
    ("School", "school of vestiging"),
    ("Supplier, Distributor", "leverancier, distributeur (verwerker)"),
    ("Product, Module", "digitaal onderwijsmiddel, module"),
    ("Agreement", "verwerkersovereenkomst"),
    ("Privacy annex", "privacybijsluiter (bijlage 1)"),
    ("Acceptance", "ondertekening"),
    (
        "Suspend, Resume, End, Supersede",
        "opschorten, hervatten, beëindigen, in de plaats treden (van een overeenkomst)",
    ),
    ("Approval", "akkoord"),
    ("Purpose", "doeleinde (D1 tot en met D22)"),
    ("Data category, Attribute", "categorie persoonsgegevens, attribuut"),
    ("Mandate, Activation, Consent", "mandaat, activatie, toestemming"),
    ("Instruction", "instructie (aan een distributeur)"),
    ("Matter, Step, Duty", "zaak, stap, verplichting"),
    ("Incident, Breach", "beveiligingsincident, datalek"),
    ("Contact", "tekenbevoegde contactpersoon"),
    ("Narrowing", "beperking van een doeleinde (door de school)"),
    (
        "Stance",
        "standpunt (toestemming buiten de EER, bezwaar tegen een subverwerker)",
    ),
    ("Restriction, Objection", "beperking, bezwaar (AVG 18 en 21)"),
    ("Handover, Part", "overstap, rubriek (van een overstapdossier)"),
    ("Disclosure", "verstrekking aan een instantie op grond van een wet"),
    ("Account", "account bij de leverancier"),
    (
        "Merge, Split, Take-over",
        "samenvoegen, splitsen, overnemen (van accounts)",
    ),
    ("Event", "gebeurtenis"),
    ("Decision, Release, Withheld", "besluit, verstrekking, achtergehouden"),
    ("Connection, Run", "koppeling, run"),
    (
        "Roster, Learner, Employee, Group",
        "leerlinggegevens, leerling, medewerker, groep",
    ),
    (
        "Entitlement, Delivery, Receipt",
        "aanspraak of licentie, levering, ontvangst",
    ),
    ("Record, Ledger, Checkpoint", "logregel, logboek, controlepunt"),
];

/// The description of the document.
pub(super) fn description() -> String {
    let rows: String = WORDS
        .iter()
        .map(|(english, dutch)| format!("| {english} | {dutch} |\n"))
        .collect();
    format!(
        "The gate between Dutch schools and the suppliers of their digital learning materials. Nothing about a pupil \
         passes unless a signed processing agreement, the school's own approval and the purpose of the request allow \
         it, and every passage and every refusal is on record before the answer leaves.\n\n\
         Errors are `application/problem+json` (RFC 9457) with a stable `code`; input errors come all at once, and a \
         refusal lists all its reasons and who can fix them. Moments are RFC 3339, answered in UTC.\n\n\
         ## Words\n\n| English | Dutch |\n|---|---|\n{rows}"
    )
}
