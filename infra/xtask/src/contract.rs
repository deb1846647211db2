//! schemathesis over the running product, as the operator and as each role: no request, allowed by the OpenAPI document or
//! not, makes the API fail, and every answer is of the form that the document promises.

use crate::{
    files,
    issuer::{self, Person},
    process::{Processes, command},
    tools,
};
use anyhow::{Context as _, bail};
use reqwest::{
    Client,
    header::{LOCATION, SET_COOKIE},
    redirect::Policy,
};
use std::{fs, path::Path, time::Duration};

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance";

/// How long each caller may take.
const SECONDS: &str = "25";

/// What is called.
pub(crate) struct Target<'a> {
    /// Where it really is.
    pub(crate) front: &'a str,
    /// The address that it believes to have.
    pub(crate) address: &'a str,
    /// A team that there is.
    pub(crate) team: &'a str,
}

/// Calls everything as one caller, whose headers these are. An error when something is not as promised.
pub(crate) async fn hold(
    processes: &Processes,
    data: &Path,
    target: &Target<'_>,
    headers: &[(&str, String)],
) -> anyhow::Result<()> {
    let python = tools::schemathesis(processes).await?;
    let settings = data.join("schemathesis.toml");
    // Else it would ask about teams that there are not, and get no further. A vendor that is to be left alone just now, or
    // a sync that assigns accounts, is answered with 503 and a problem document; those of a function that failed, or of the
    // gateway, have another status or are no such document, which the other checks tell.
    fs::write(
        &settings,
        format!(
            "[parameters]\n\"path.team_id\" = \"{}\"\n\"query.team_id\" = \"{0}\"\n\n\
             [checks.not_a_server_error]\nexpected-statuses = [\"2xx\", \"3xx\", \"4xx\", 503]\n",
            target.team
        ),
    )?;
    let mut run = command(python);
    run.arg("--config-file").arg(&settings).args(["run", &format!("{}/api/openapi.json", target.front)]);
    run.args(["--url", target.front, "--checks", CHECKS, "--phases", "examples,coverage,fuzzing"]);
    run.args(["--max-examples", "8", "--max-time", SECONDS, "--generation-deterministic"]);
    // They would end the caller's own session, and delete the team that everything is about.
    run.args(["--exclude-path", "/auth/sign-out", "--exclude-operation-id", "deleteTeam"]);
    run.args(["--warnings", "off", "--no-color", "--request-timeout", "30"]);
    for (name, value) in headers {
        run.args(["--header", &format!("{name}: {value}")]);
    }
    run.current_dir(files::root().join("target"));
    let (status, said) = processes.quietly(run).await?;
    if !status.success() {
        bail!("the API is not as its document says:\n{said}");
    }
    Ok(())
}

/// Signs somebody in by the simulated issuer, as a browser does; the headers of their calls.
pub(crate) async fn session(target: &Target<'_>, person: &Person) -> anyhow::Result<Vec<(&'static str, String)>> {
    let client = Client::builder().no_proxy().redirect(Policy::none()).timeout(Duration::from_secs(30)).build()?;
    let header = |answer: &reqwest::Response, name| -> anyhow::Result<String> {
        let value = answer.headers().get(&name).with_context(|| format!("{} has no {name}", answer.url()))?;
        Ok(value.to_str()?.to_owned())
    };
    let begun = client.get(format!("{}/auth/sign-in/{}", target.front, issuer::ID)).send().await?;
    let cookie = header(&begun, SET_COOKIE)?;
    let cookie = cookie.split(';').next().unwrap_or_default();
    let page = format!("{}&decision={}", header(&begun, LOCATION)?, person.subject);
    let back = header(&client.get(page).send().await?, LOCATION)?.replace(target.address, target.front);
    let ended = client.get(back).header("cookie", cookie).header("accept", "text/html").send().await?;
    let cookies = ended.headers().get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut session = cookies.filter(|cookie| cookie.starts_with("__Host-plumbline-session="));
    let session = session.next().with_context(|| format!("{} was not signed in", person.role))?;
    let session = session.split(';').next().unwrap_or_default().to_owned();
    Ok(vec![("Cookie", session), ("Origin", target.address.to_owned())])
}
