//! Searches a trail for the marks of the stand-ins' people.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs, io,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sluis_stand_ins::mark;

/// What must be in no line of a trail.
const MARKS: [&str; 2] = [mark::NAME, mark::ECK_ID];

/// A shorter run of signs holds no mark, however it is encoded.
const SHORTEST: usize = 8;

/// What a line of a trail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A line of a log: an event, or the beginning or end of a span.
    Log,
    /// A line of the figures.
    Metrics,
    /// An address that was asked.
    Url,
    /// Where an answer sends a browser or program.
    Location,
    /// The body of an error.
    Error,
    /// What the tests themselves said.
    Output,
}

impl Kind {
    /// The word of it, at the beginning of a line of a `.web` file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Metrics => "metrics",
            Self::Url => "url",
            Self::Location => "location",
            Self::Error => "error",
            Self::Output => "output",
        }
    }
}

/// How many lines of each kind a whole run has at least. A trail with fewer was not kept, and its silence proves nothing.
pub const LEAST: [(Kind, usize); 6] = [
    (Kind::Log, 10_000),
    (Kind::Metrics, 5_000),
    (Kind::Url, 4_000),
    (Kind::Location, 800),
    (Kind::Error, 1_500),
    (Kind::Output, 1_000),
];

/// A line in which a mark is known to be, and why it may be there. This list may only shrink: what is in no line any more
/// must go.
struct Known {
    kind: Kind,
    holds: &'static str,
    #[expect(dead_code, reason = "for who reads the list")]
    because: &'static str,
}

const KNOWN: [Known; 1] = [Known {
    kind: Kind::Url,
    holds: "/v1/schools?name=",
    because: "`tests/privacy.rs` sends a user name where none belongs, and looks that it goes no further",
}];

/// What came of a search.
#[derive(Debug, Default)]
pub struct Report {
    /// How many lines there were of each kind.
    pub lines: BTreeMap<Kind, usize>,
    /// Where a mark was found: file, line and kind.
    pub found: Vec<String>,
    known: BTreeSet<usize>,
}

/// Searches a trail and what the tests said.
///
/// # Errors
/// When one of them cannot be read.
pub fn search(folder: &Path, outputs: &[PathBuf]) -> io::Result<Report> {
    let mut report = Report::default();
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        files.push(entry?.path());
    }
    files.sort();
    for file in files {
        match file.extension().and_then(|kind| kind.to_str()) {
            Some("log") => report.read(&file, Some(Kind::Log))?,
            Some("metrics") => report.read(&file, Some(Kind::Metrics))?,
            Some("web") => report.read(&file, None)?,
            _ => report
                .found
                .push(format!("{}: this is no part of a trail", file.display())),
        }
    }
    for output in outputs {
        report.read(output, Some(Kind::Output))?;
    }
    Ok(report)
}

impl Report {
    fn read(&mut self, file: &Path, kind: Option<Kind>) -> io::Result<()> {
        let bytes = fs::read(file)?;
        for (number, line) in (1..).zip(String::from_utf8_lossy(&bytes).lines()) {
            let (kind, line) = match kind {
                Some(kind) => (kind, line),
                None => of_web(line),
            };
            *self.lines.entry(kind).or_default() += 1;
            let Some(mark) = marked(line) else { continue };
            let known = KNOWN
                .iter()
                .position(|known| known.kind == kind && line.contains(known.holds));
            match known {
                Some(place) => drop(self.known.insert(place)),
                None => self.found.push(format!(
                    "{}, line {number}: `{mark}` in {}: {}",
                    file.display(),
                    kind.as_str(),
                    line.chars().take(500).collect::<String>()
                )),
            }
        }
        Ok(())
    }

    /// What is wrong: each place with a mark, each kind of which there is less than this, and what is known and not there.
    pub fn faults(&self, least: &[(Kind, usize)]) -> Vec<String> {
        let mut faults = self.found.clone();
        for (kind, least) in least {
            let lines = self.lines.get(kind).copied().unwrap_or_default();
            if lines < *least {
                let kind = kind.as_str();
                faults.push(format!(
                    "only {lines} lines of {kind}, a whole run has {least}: was it kept?"
                ));
            }
        }
        for (place, known) in KNOWN.iter().enumerate() {
            if !self.known.contains(&place) {
                faults.push(format!("no {} has `{}` any more", known.kind.as_str(), known.holds));
            }
        }
        faults
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self
            .lines
            .iter()
            .map(|(kind, lines)| format!("{lines} of {}", kind.as_str()));
        write!(f, "lines searched: {}", lines.collect::<Vec<_>>().join(", "))
    }
}

/// A line of a `.web` file. One that cannot be told is an error of the other side as well.
fn of_web(line: &str) -> (Kind, &str) {
    let kinds = [Kind::Url, Kind::Location, Kind::Error];
    let told = kinds.into_iter().find_map(|kind| {
        let rest = line.strip_prefix(kind.as_str())?;
        Some((kind, rest.strip_prefix(' ')?))
    });
    told.unwrap_or((Kind::Error, line))
}

/// The mark in a line, also where a run of signs hides it: in Base64, as tokens have it.
fn marked(line: &str) -> Option<&'static str> {
    let mark_in = |text: &str| {
        let text = text.to_ascii_lowercase();
        MARKS.into_iter().find(|mark| text.contains(mark))
    };
    let encoded = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_' | '+' | '/');
    mark_in(line).or_else(|| {
        let runs = line.split(|sign| !encoded(sign)).filter(|run| run.len() >= SHORTEST);
        runs.into_iter().find_map(|run| {
            let run = run.replace('+', "-").replace('/', "_");
            // A run of another length ends in the middle of a byte.
            let whole = run.get(..run.len() - usize::from(run.len() % 4 == 1))?;
            let lenient = URL_SAFE_NO_PAD.decode(whole).ok()?;
            mark_in(&String::from_utf8_lossy(&lenient))
        })
    })
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;
    use tempfile::TempDir;

    use super::*;

    const KNOWN_LINE: &str = "url GET http://127.0.0.1:1/v1/schools?name=sanne.kwirrekant1\n";
    const CLEAN: [(&str, &str); 3] = [
        ("api-1.log", "INFO request\nTRACE span\n"),
        ("api-1.metrics", "sluis_http_requests_total 1\n"),
        (
            "api-1.web",
            "url GET /v1/me\nlocation 303 https://a.example/\nerror 404 {}\n",
        ),
    ];

    /// A trail with this line added to one of its files.
    fn faults(file: &str, line: &str, output: &str) -> Vec<String> {
        let folder = TempDir::new().unwrap();
        for (name, text) in CLEAN {
            let more = if name == file { line } else { "" };
            let known = if name.ends_with("web") { KNOWN_LINE } else { "" };
            fs::write(folder.path().join(name), format!("{text}{known}{more}")).unwrap();
        }
        let said = TempDir::new().unwrap();
        let said = said.path().join("tests.log");
        fs::write(&said, format!("test result: ok\n{output}")).unwrap();
        let report = search(folder.path(), &[said]).unwrap();
        report.faults(&LEAST.map(|(kind, _)| (kind, 1)))
    }

    #[test]
    fn a_clean_trail_has_no_faults() {
        assert_eq!(faults("", "", ""), [""; 0]);
    }

    #[test]
    fn a_mark_is_found_wherever_it_is_planted() {
        for (file, line) in [
            ("api-1.log", "INFO login{name=Kwirrine}: done\n"),
            ("api-1.log", "WARN https://ketenid.nl/pilot/5ea1edc0de5ea1edab\n"),
            ("api-1.metrics", "logins_total{user=\"sanne.kwirrekant1\"} 1\n"),
            ("api-1.web", "url GET /v1/learners/L1-kwirr\n"),
            ("api-1.web", "location 303 https://a.example/?u=KWIRREKANT\n"),
            ("api-1.web", "error 400 {\"detail\":\"no kwirrekant here\"}\n"),
            ("api-1.web", "kwirrekant on a line of its own\n"),
        ] {
            let faults = faults(file, line, "");
            assert_eq!(faults.len(), 1, "{line}: {faults:?}");
            assert!(faults[0].contains(file));
        }
        let said = faults("", "", "left: Pupil { name: \"Kwirra\" }\n");
        assert!(said.len() == 1 && said[0].contains("tests.log"), "{said:?}");
    }

    #[test]
    fn a_mark_is_found_in_base64_too() {
        let claims = r#"{"sub":"1","family_name":"Kwirrekant"}"#;
        for token in [STANDARD.encode(claims), URL_SAFE_NO_PAD.encode(claims)] {
            let line = format!("url GET /?token=eyJhbGciOiJub25lIn0.{token}.c2lnbmF0dXJl\n");
            assert_eq!(faults("api-1.web", &line, "").len(), 1, "{line}");
        }
    }

    #[test]
    fn an_exception_is_for_its_own_kind_and_must_still_be_needed() {
        let elsewhere = faults("api-1.web", "error 400 GET /v1/schools?name=kwirrekant\n", "");
        assert_eq!(elsewhere.len(), 1);
        let folder = TempDir::new().unwrap();
        let report = search(folder.path(), &[]).unwrap();
        let unneeded = report.faults(&[]);
        assert_eq!(unneeded.len(), KNOWN.len(), "{unneeded:?}");
    }

    #[test]
    fn a_trail_that_was_not_kept_is_a_fault() {
        let folder = TempDir::new().unwrap();
        let report = search(folder.path(), &[]).unwrap();
        assert_eq!(report.faults(&LEAST).len(), LEAST.len() + KNOWN.len());
        assert!(LEAST.iter().all(|(_, least)| *least > 100));
        search(&folder.path().join("nowhere"), &[]).unwrap_err();
        fs::write(folder.path().join("notes.txt"), "").unwrap();
        let report = search(folder.path(), &[]).unwrap();
        assert!(report.found[0].contains("notes.txt"), "what is not read is told");
    }

    #[test]
    fn the_people_of_the_stand_ins_have_the_marks() {
        use sluis_stand_ins::administration::{STAFF, pupil, staff_member};
        for number in 1..=60 {
            let pupil = pupil(number);
            for value in [
                pupil.family_name,
                &pupil.user_name,
                &pupil.email,
                &pupil.key,
                &pupil.eck_id,
            ] {
                assert!(marked(value).is_some(), "`{value}` has no mark");
            }
        }
        for number in 1..=STAFF {
            let staff = staff_member(number);
            for value in [
                staff.family_name,
                &staff.user_name,
                &staff.email,
                &staff.key,
                &staff.eck_id,
            ] {
                assert!(marked(value).is_some(), "`{value}` has no mark");
            }
        }
    }
}
