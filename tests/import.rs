//! `sluis import` as somebody at a terminal meets it: what is taken in, what is refused, and what is left as it was.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test stops at what it did not expect"
)]

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use sluis::app::{
    activation::ActivationScope,
    agree::AgreementOffer,
    caller::Role,
    organise::{BoardCreate, ProductCreate, SchoolCreate, SupplierCreate},
};
use sluis_core::{
    agreement::{Annex, SupplierKind},
    id::BoardId,
    identifier::Brin6,
    time::{Clock, FixedClock, Timestamp, Window},
};
use sluis_stand_ins::administration::{BRANCH, BRIN, write_edexml};
use sluis_test_kit::service::{Kept, Service};

const REKENBAAI: &[u8] = include_bytes!("../examples/agreements/rekenbaai.json");
const PUPILS: u32 = 40;

/// A school whose board agreed with a supplier, and a file of its roster.
struct World {
    kept: Kept,
    file: PathBuf,
}

impl World {
    /// With an agreement of the board with the operator, or without.
    async fn start(with_operator: bool) -> Self {
        // The program has the clock of the machine: what is agreed here has begun by then.
        let clock = Arc::new(FixedClock::new(Timestamp::parse("2026-09-01T09:00:00Z").unwrap()));
        let service = Service::start_at(clock, [("KENNISNET__ECK_ID_SEGMENTS", "['pilot']")]).await;
        let name = "Stichting De Vuurtoren".to_owned();
        let board = service
            .app
            .board_create(None, BoardCreate { name, oin: None })
            .await
            .unwrap()
            .id;
        agree_with_supplier(&service, board).await;
        if with_operator {
            let window = Window::since(service.clock.now());
            service.agree_with_operator(board, window).await;
        }
        let kept = service.stop().await;
        let file = kept.folder.path().join("roster.xml");
        write_edexml(File::create(&file).unwrap(), "2026-2027", PUPILS).unwrap();
        Self { kept, file }
    }

    /// Imports a file, and gives the exit code with all that was printed.
    fn import(&self, file: &Path, school: &str, more: &[&str]) -> (Option<i32>, String) {
        let ran = Command::new(env!("CARGO_BIN_EXE_sluis"))
            .args(["import", "edexml"])
            .arg(file)
            .args(["--school", school])
            .args(more)
            .env_clear()
            .envs(self.kept.environment.iter().map(|(name, value)| (name, value)))
            .output()
            .expect("the program starts");
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        (ran.status.code(), text(&ran.stdout) + &text(&ran.stderr))
    }
}

async fn agree_with_supplier(service: &Service, board: BoardId) {
    let app = &service.app;
    let school = SchoolCreate {
        board,
        name: "De Baken".to_owned(),
        brin: Brin6::parse(&format!("{BRIN}{BRANCH}")).unwrap(),
        oin: None,
        rio: None,
        digi_delivery_id: None,
    };
    let school = app.school_create(None, school).await.unwrap().id;
    let supplier = SupplierCreate {
        name: "Wadden Leermiddelen B.V.".to_owned(),
        kind: SupplierKind::Supplier,
        oin: None,
    };
    let supplier = app.supplier_create(None, supplier).await.unwrap().id;
    let name = "Rekenbaai".to_owned();
    let product = app
        .product_create(None, ProductCreate { supplier, name })
        .await
        .unwrap()
        .id;
    let from_supplier = service.caller(Role::Supplier { supplier, product }).await;
    let from_board = service.caller(Role::Board(board)).await;
    let offer = AgreementOffer {
        board,
        window: Window::since(service.clock.now()),
        annex: Annex::parse(REKENBAAI).unwrap(),
    };
    let offered = app.agreement_offer(&from_supplier, offer).await.unwrap();
    app.agreement_accept(&from_board, offered.id, offered.annex_hash)
        .await
        .unwrap();
    app.mandate_create(&from_board, board, supplier, None).await.unwrap();
    let activation = app.activation_create(&from_board, school, product, ActivationScope::School, None);
    let activation = activation.await.unwrap();
    app.activation_accept(&from_supplier, school, activation.id)
        .await
        .unwrap();
}

#[actix_web::test]
async fn a_file_is_tried_taken_in_and_recognised() {
    let world = World::start(true).await;
    let received = |count: u32| format!("received {count}, of which new");
    let (code, tried) = world.import(&world.file, BRIN, &["--dry-run"]);
    assert_eq!(code, Some(0), "{tried}");
    assert!(tried.contains("the roster would be applied"), "{tried}");
    let (code, taken_in) = world.import(&world.file, BRIN, &[]);
    assert_eq!(code, Some(0), "{taken_in}");
    assert!(taken_in.contains("the roster was applied"), "{taken_in}");
    // The trial changed nothing: everybody was still new.
    assert_eq!(tried.replace("would be", "was"), taken_in);
    assert!(
        !taken_in.contains(&received(0)) && !taken_in.contains("of which new 0,"),
        "{taken_in}"
    );
    let (code, again) = world.import(&world.file, BRIN, &[]);
    assert_eq!(code, Some(0), "{again}");
    assert!(again.contains("of which new 0, changed 0"), "{again}");
}

#[actix_web::test]
async fn values_that_cannot_be_used_are_told_apart_from_fields_that_nobody_needs() {
    let world = World::start(true).await;
    let whole = std::fs::read_to_string(&world.file).unwrap();
    let (code, good) = world.import(&world.file, BRIN, &["--dry-run"]);
    assert_eq!(code, Some(0), "{good}");
    assert!(
        good.contains(" that no active agreement needs, 0 with a value that cannot be used (of 0 persons)"),
        "{good}"
    );
    let mut parts = whole.split("<geboortedatum>");
    let mut bad = parts.next().unwrap().to_owned();
    for (index, part) in parts.enumerate() {
        bad += "<geboortedatum>";
        if index < 3 {
            bad += "gisteren";
            bad += part.split_at(part.find('<').unwrap()).1;
        } else {
            bad += part;
        }
    }
    let file = world.file.with_extension("bad");
    std::fs::write(&file, bad).unwrap();
    let (code, told) = world.import(&file, BRIN, &[]);
    assert_eq!(code, Some(0), "{told}");
    assert!(
        told.contains(" 3 with a value that cannot be used (of 3 persons)\n"),
        "{told}"
    );
    assert!(
        told.contains("    cannot be used: `birthDate` of 3 x pupil: invalid_date\n"),
        "{told}"
    );
    assert!(!told.contains("gisteren"), "{told}");
}

#[actix_web::test]
async fn a_file_that_is_cut_off_or_of_another_school_changes_nothing() {
    let world = World::start(true).await;
    let whole = std::fs::read(&world.file).unwrap();
    let half = world.file.with_extension("half");
    std::fs::write(&half, whole.get(..whole.len() / 2).unwrap()).unwrap();
    let (code, refused) = world.import(&half, BRIN, &[]);
    assert_eq!(code, Some(1), "{refused}");
    let (code, refused) = world.import(&world.file, "98YY", &[]);
    assert_eq!(code, Some(1), "{refused}");
    let (code, first) = world.import(&world.file, BRIN, &[]);
    assert!(code == Some(0) && !first.contains("of which new 0,"), "{first}");
}

#[actix_web::test]
async fn without_an_agreement_with_the_operator_no_file_is_taken_in() {
    let world = World::start(false).await;
    for more in [&["--dry-run"][..], &[]] {
        let (code, refused) = world.import(&world.file, BRIN, more);
        assert_eq!(code, Some(1), "{refused}");
        assert!(refused.contains("`operator_agreement_missing`"), "{refused}");
    }
}
