//! The one address of a local copy, in CloudFront's place: `/api /auth /webhooks /health` go to the HTTP API, all else
//! to the dashboard's distribution, which the local AWS serves from the bucket with its own headers and rules. (Its
//! CloudFront could route both, but loses all but the last of several Set-Cookie headers.)

use crate::stack::Stack;
use anyhow::Context as _;
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use reqwest::Url;
use std::{net::SocketAddr, time::Duration};
use tokio::net::{TcpListener, TcpSocket};

/// Hop-by-hop headers (RFC 9110, 7.6.1), which belong to one connection each; and the host, which each side names.
const HOP_BY_HOP: [HeaderName; 9] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::HOST,
];

/// A port that is this program's but does not listen yet: nobody is answered before the product is usable.
pub(crate) struct Reserved {
    socket: TcpSocket,
    address: SocketAddr,
}

impl Reserved {
    /// Reserves a port on 127.0.0.1.
    pub(crate) fn new(port: u16) -> anyhow::Result<Self> {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        let taken = || format!("port {port} is taken by another program; choose another with --port");
        socket.bind(address).with_context(taken)?;
        let address = socket.local_addr()?;
        Ok(Self { socket, address })
    }

    /// The port.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Begins to listen.
    pub(crate) fn listen(self) -> anyhow::Result<TcpListener> {
        let port = self.port();
        self.socket.listen(1024).with_context(|| format!("port {port} was taken meanwhile"))
    }
}

#[derive(Clone)]
struct Upstream {
    client: reqwest::Client,
    /// Prefix of the HTTP API's addresses.
    api: String,
    /// The local AWS.
    gateway: String,
    /// The distribution's host name.
    distribution: HeaderValue,
}

/// Where browsers find the product on this port.
pub(crate) fn address(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// The router of a stack.
pub(crate) fn router(stack: &Stack) -> anyhow::Result<Router> {
    let api = stack.api()?;
    let gateway = format!("http://127.0.0.1:{}", stack.aws.port);
    routes(api, gateway, &stack.distribution_host()?)
}

fn routes(api: String, gateway: String, distribution: &str) -> anyhow::Result<Router> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .build()?;
    let upstream = Upstream { client, api, gateway, distribution: HeaderValue::from_str(distribution)? };
    Ok(Router::new().fallback(forward).with_state(upstream))
}

/// Whether CloudFront would send this path to the HTTP API (the path patterns in template.yaml).
fn is_api(path: &str) -> bool {
    path == "/health" || ["/api/", "/auth/", "/webhooks/"].iter().any(|prefix| path.starts_with(prefix))
}

async fn forward(State(upstream): State<Upstream>, request: Request) -> Response {
    let path = request.uri().path();
    let prefix = if is_api(path) { &upstream.api } else { &upstream.gateway };
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    // The local AWS has its own doors (/_ministack, /_aws) on the same port; neither they nor a path that climbs up to
    // them (`/api/../../_ministack`) lead anywhere from here.
    let url = match Url::parse(&format!("{prefix}{path}{query}")) {
        Ok(url) if !path.starts_with("/_") && url.as_str().starts_with(prefix.as_str()) && !climbs(path) => url,
        _ => return (StatusCode::NOT_FOUND, "not found\n").into_response(),
    };
    let is_page = !is_api(path);
    let (parts, body) = request.into_parts();
    let mut headers = without_hop_by_hop(&parts.headers);
    if is_page {
        headers.insert(header::HOST, upstream.distribution);
    }
    let mut outgoing = upstream.client.request(parts.method, url).headers(headers);
    let has_body =
        parts.headers.contains_key(header::CONTENT_LENGTH) || parts.headers.contains_key(header::TRANSFER_ENCODING);
    if has_body {
        outgoing = outgoing.body(reqwest::Body::wrap_stream(body.into_data_stream()));
    }
    match outgoing.send().await {
        Ok(answer) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = answer.status();
            *response.headers_mut() = without_hop_by_hop(answer.headers());
            *response.body_mut() = Body::from_stream(answer.bytes_stream());
            response
        }
        Err(error) => (StatusCode::BAD_GATEWAY, format!("the local AWS does not answer: {error}\n")).into_response(),
    }
}

/// Whether a path has segments that mean "here" or "up", written plainly or escaped.
fn climbs(path: &str) -> bool {
    path.split(['/', '\\']).any(|segment| {
        let plain = segment.to_ascii_lowercase().replace("%2e", ".");
        plain == "." || plain == ".."
    })
}

fn without_hop_by_hop(headers: &HeaderMap) -> HeaderMap {
    let mut kept = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        if !HOP_BY_HOP.contains(name) {
            kept.append(name.clone(), value.clone());
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Method;
    use tokio::task::JoinSet;

    /// An upstream that tells what it was asked, behind a front.
    async fn front(tasks: &mut JoinSet<()>) -> String {
        async fn echo(method: Method, uri: axum::http::Uri, headers: HeaderMap, body: String) -> Response {
            let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default().to_owned();
            let mut response = format!("{method} {uri} {host} {body}").into_response();
            response.headers_mut().append(header::SET_COOKIE, HeaderValue::from_static("a=1"));
            response.headers_mut().append(header::SET_COOKIE, HeaderValue::from_static("b=2"));
            response
        }
        let upstream = TcpListener::bind("127.0.0.1:0").await.expect("port");
        let address = format!("http://{}", upstream.local_addr().expect("address"));
        tasks.spawn(async move { axum::serve(upstream, Router::new().fallback(echo)).await.expect("served") });
        let router = routes(format!("{address}/up/$default"), address, "label.cloudfront.localhost:1").expect("router");
        let listener = Reserved::new(0).expect("reserved").listen().expect("listening");
        let front = format!("http://{}", listener.local_addr().expect("address"));
        tasks.spawn(async move { axum::serve(listener, router).await.expect("served") });
        front
    }

    fn client() -> reqwest::Client {
        reqwest::Client::builder().no_proxy().build().expect("client")
    }

    #[tokio::test]
    async fn the_api_gets_its_paths_with_query_and_body() {
        let mut tasks = JoinSet::new();
        let front = front(&mut tasks).await;
        let answer = client().post(format!("{front}/api/teams?a=b%20c")).body("hello").send().await.expect("answer");
        let cookies: Vec<_> = answer.headers().get_all(header::SET_COOKIE).iter().cloned().collect();
        assert_eq!(cookies, ["a=1", "b=2"]);
        let text = answer.text().await.expect("text");
        assert!(text.starts_with("POST /up/$default/api/teams?a=b%20c 127.0.0.1:"), "{text}");
        assert!(text.ends_with(" hello"), "{text}");
    }

    #[tokio::test]
    async fn pages_go_to_the_distribution() {
        let mut tasks = JoinSet::new();
        let front = front(&mut tasks).await;
        let text = client().get(format!("{front}/teams/7")).send().await.expect("answer").text().await.expect("text");
        assert_eq!(text, "GET /teams/7 label.cloudfront.localhost:1 ");
    }

    #[tokio::test]
    async fn the_local_aws_itself_is_out_of_reach() {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let mut tasks = JoinSet::new();
        let front = front(&mut tasks).await;
        for path in ["/_ministack/reset", "/api/../../_ministack/reset", "/api/%2E%2e/%2e./_ministack/reset", "/x/.."] {
            // Clients tidy such paths up themselves, hence a bare connection.
            let address = front.strip_prefix("http://").expect("address");
            let mut stream = tokio::net::TcpStream::connect(address).await.expect("connected");
            let request = format!("POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).await.expect("sent");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.expect("answer");
            assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
        }
    }

    #[tokio::test]
    async fn a_taken_port_is_said_at_once() {
        let taken = TcpListener::bind("127.0.0.1:0").await.expect("port");
        let port = taken.local_addr().expect("address").port();
        let error = Reserved::new(port).err().expect("refused").to_string();
        assert_eq!(error, format!("port {port} is taken by another program; choose another with --port"));
    }

    #[tokio::test]
    async fn a_reserved_port_does_not_answer_before_it_listens() {
        let reserved = Reserved::new(0).expect("reserved");
        let port = reserved.port();
        assert!(tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err());
        let _listener = reserved.listen().expect("listening");
        assert!(tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok());
    }

    #[test]
    fn paths_go_where_the_template_sends_them() {
        let template = std::fs::read_to_string(crate::files::root().join("template.yaml")).expect("template");
        for pattern in ["/api/*", "/auth/*", "/webhooks/*", "/health"] {
            assert!(template.contains(&format!("PathPattern: {pattern}\n")), "{pattern}");
            assert!(is_api(&pattern.replace('*', "x")), "{pattern}");
        }
        assert_eq!(template.matches("PathPattern:").count(), 4);
        assert!(!is_api("/") && !is_api("/apiary") && !is_api("/healthy"));
    }
}
