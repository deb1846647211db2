//! The program serves every vendor, says so when all of it is there, and takes the same ports again.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use plumbline_vendors::ports::Ports;
use serde_json::Value;
use std::{path::Path, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

async fn started(folder: &Path) -> (Child, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_vendors"));
    program.arg("--ports-file").arg(folder.join("ports.json")).arg("--state-file").arg(folder.join("state.json"));
    program.args(["--jira-issues", "100"]).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = program.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).await.unwrap();
    (child, line)
}

#[tokio::test]
async fn a_second_start_serves_the_same_vendors_at_the_same_ports() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, line) = started(folder.path()).await;
    let ports = Ports::read(&folder.path().join("ports.json")).unwrap();
    assert_eq!(line, format!("ready http://127.0.0.1:{} organization acme-rail\n", ports.github));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for port in [ports.github, ports.atlassian, ports.jfrog, ports.trello, ports.slack, ports.issuer] {
        let address = format!("http://127.0.0.1:{port}/_control/health");
        let health: Value = client.get(address).send().await.unwrap().json().await.unwrap();
        assert_eq!(health["status"], "ok");
    }
    let address = format!("http://127.0.0.1:{}/_control/credentials", ports.github);
    let credentials: Value = client.get(address).send().await.unwrap().json().await.unwrap();
    assert_eq!(credentials["jfrog"]["token"], plumbline_vendors::jfrog::TOKEN);
    let address = format!("http://127.0.0.1:{}/_control/credentials", ports.issuer);
    let people: Value = client.get(address).send().await.unwrap().json().await.unwrap();
    assert_eq!(people["issuer"], format!("http://127.0.0.1:{}", ports.issuer));
    let roles: Vec<_> = people["people"].as_array().unwrap().iter().map(|person| &person["role"]).collect();
    assert_eq!(roles, ["admin", "lead", "developer"]);
    let files = client.get(format!("http://127.0.0.1:{}/organization/users", ports.copilot_reports)).send().await;
    assert_eq!(files.unwrap().status(), 403);
    child.kill().await.unwrap();
    let (mut child, again) = started(folder.path()).await;
    assert_eq!((again, Ports::read(&folder.path().join("ports.json")).unwrap()), (line, ports));
    child.kill().await.unwrap();
}
