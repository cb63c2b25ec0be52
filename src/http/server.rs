//! The router, and the server that listens.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use actix_cors::Cors;
use actix_web::{
    App, Error, HttpResponse, HttpServer, Responder,
    body::MessageBody,
    dev::{Server, ServiceFactory, ServiceRequest, ServiceResponse},
    get,
    http::header,
    middleware::{Compress, DefaultHeaders, from_fn},
    web::{self, Data, ServiceConfig},
};
use utoipa_actix_web::{AppExt, scope};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::{
    app,
    http::{
        Http,
        authentication::{self, UseCases},
        body, fallback, health, middleware, oidc, once, pages, v1,
    },
};

/// The pages of Swagger UI load scripts, styles and pictures from this service only.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                           img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

/// Where to listen, and for how long to wait.
#[derive(Debug, Clone)]
pub struct Listening {
    /// Address and port.
    pub address: SocketAddr,
    /// Address and port of health and metrics, when they have one of their own.
    pub operations: Option<SocketAddr>,
    /// Threads that answer; absent is one per processor.
    pub workers: Option<usize>,
    /// How long the head of a request may take to arrive.
    pub head_timeout: Duration,
    /// How long an idle connection is kept.
    pub keep_alive: Duration,
    /// How long a stop waits for requests that are under way.
    pub stop_timeout: Duration,
}

/// A service that listens.
pub struct Listener {
    /// Where the API listens.
    pub address: SocketAddr,
    /// Where health and metrics listen, when apart.
    pub operations: Option<SocketAddr>,
    /// Answers until it is stopped by a handle; all of them must be awaited. Signals are for whoever runs the program.
    pub servers: Vec<Server>,
}

/// Starts to listen.
///
/// # Errors
/// When an address is taken or may not be listened on.
pub fn listen(http: Http, use_cases: Arc<app::App>, listening: &Listening) -> std::io::Result<Listener> {
    let http = Data::new(http);
    let use_cases = Data::new(UseCases::new(use_cases));
    let socket = TcpListener::bind(listening.address)?;
    let address = socket.local_addr()?;
    let shared = http.clone();
    let mut server = HttpServer::new(move || app(shared.clone()).app_data(use_cases.clone()))
        .client_request_timeout(listening.head_timeout)
        .keep_alive(listening.keep_alive)
        .shutdown_timeout(listening.stop_timeout.as_secs())
        .disable_signals();
    if let Some(workers) = listening.workers {
        server = server.workers(workers);
    }
    let mut servers = vec![server.listen(socket)?.run()];
    let mut operations = None;
    if let Some(apart) = listening.operations {
        let socket = TcpListener::bind(apart)?;
        operations = Some(socket.local_addr()?);
        let server = HttpServer::new(move || operations_app(http.clone()));
        servers.push(server.workers(1).disable_signals().listen(socket)?.run());
    }
    Ok(Listener {
        address,
        operations,
        servers,
    })
}

/// The router of the whole service with everything around it.
pub fn app(
    http: Data<Http>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = Error,
        InitError = (),
    > + use<>,
> {
    with(http, |_| {})
}

/// The same with more addresses; the layers are listed from the inside outwards.
pub(super) fn with<F: FnOnce(&mut ServiceConfig)>(
    http: Data<Http>,
    more: F,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<F>>,
        Error = Error,
        InitError = (),
    > + use<F>,
> {
    let cors = allow_list(&http.settings.allowed_origins);
    App::new()
        .app_data(http)
        .app_data(body::path_config())
        .configure(register_outside)
        .configure(more)
        .into_utoipa_app()
        .service(
            scope("/v1")
                .configure(v1::register)
                .wrap(from_fn(once::once))
                .wrap(from_fn(authentication::identify))
                .wrap(from_fn(middleware::acceptable))
                .wrap(cors),
        )
        .into_app()
        .default_service(web::to(fallback::fallback))
        .wrap(from_fn(middleware::answer))
        .wrap(Compress::default())
        .wrap(from_fn(middleware::observe))
}

/// What stands outside the document.
fn register_outside(config: &mut ServiceConfig) {
    config
        .service(web::redirect("/docs", "/docs/"))
        .service(web::scope("/v1/openapi.json").wrap(published()).service(document))
        .service(
            web::scope("/docs")
                .wrap(DefaultHeaders::new().add((header::CONTENT_SECURITY_POLICY, DOCS_POLICY)))
                .service(SwaggerUi::new("/{_:.*}").config(Config::from("/v1/openapi.json"))),
        )
        .service(health::live)
        .service(health::ready)
        .service(pages::problem_list)
        .service(pages::problem_page)
        .configure(oidc::register);
}

/// What pages of every origin may read.
pub(super) fn published() -> Cors {
    Cors::default()
        .allow_any_origin()
        .allowed_methods(["GET"])
        .send_wildcard()
}

/// Health and figures, for those who run the service.
pub(super) fn operations_app(
    http: Data<Http>,
) -> App<impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse, Error = Error, InitError = ()>> {
    App::new()
        .app_data(http)
        .service(health::live)
        .service(health::ready)
        .service(health::metrics)
}

/// The document, for everybody and every page.
#[get("")]
async fn document(http: Data<Http>) -> impl Responder {
    HttpResponse::Ok().json(&http.document)
}

/// Pages of these origins may call the API; bearer tokens only, so no cookies.
fn allow_list(origins: &[String]) -> Cors {
    let cors = Cors::default()
        .allowed_methods(["GET", "POST", "PUT", "PATCH", "DELETE"])
        .allowed_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT])
        .allowed_header("Purpose-Code")
        .allowed_header(once::KEY)
        .expose_headers([
            "API-Version",
            "Idempotency-Replayed",
            "Location",
            "Retry-After",
            "traceparent",
        ])
        .max_age(600);
    origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}
