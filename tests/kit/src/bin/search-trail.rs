//! `search-trail FOLDER OUTPUT...`: fails when personal data of the stand-ins' people is in the trail of a test run or in
//! what the tests said, and when there is less of a trail than a whole run leaves.

use std::{
    env,
    error::Error,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use sluis_test_kit::trail::{LEAST, search};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut places = env::args_os().skip(1).map(PathBuf::from);
    let folder = places.next().ok_or("name the folder of the trail")?;
    let outputs: Vec<_> = places.collect();
    let report = search(&folder, &outputs)?;
    let mut out = io::stdout().lock();
    writeln!(out, "{report}")?;
    let faults = report.faults(&LEAST);
    for fault in &faults {
        writeln!(out, "{fault}")?;
    }
    Ok(if faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
