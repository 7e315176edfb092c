//! Where GitHub is: the address of its API, and of the server that people and git use.

use anyhow::{Result, bail, ensure};

/// The API of GitHub.com.
const PUBLIC_API: &str = "https://api.github.com";
/// GitHub.com itself.
const PUBLIC_SERVER: &str = "https://github.com";

/// One GitHub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// The address of the API, without a slash at its end.
    url: String,
    /// The address of the server, without a slash at its end.
    server: String,
    /// Whether it is the one that the environment is about: that of GITHUB_API_URL, else GitHub.com. `GH_TOKEN` and
    /// `GITHUB_TOKEN` are for that one and go nowhere else.
    is_of_environment: bool,
}

impl Api {
    /// The API that `--api-url` names, else `GITHUB_API_URL`, else that of GitHub.com. An enterprise server may be given
    /// by its own address. `environment` gives the value of a variable.
    ///
    /// # Errors
    /// What is wrong with an address, and what to write.
    pub fn of(given: Option<&str>, environment: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let of_environment = environment("GITHUB_API_URL");
        let (name, url) = match (given, of_environment.as_deref()) {
            (Some(url), _) => ("--api-url", url),
            (None, Some(url)) => ("GITHUB_API_URL", url),
            (None, None) => ("", PUBLIC_API),
        };
        let url = with_path(name, url.trim_end_matches('/'))?;
        let environments = match of_environment.as_deref() {
            Some(url) => with_path("GITHUB_API_URL", url.trim_end_matches('/'))?,
            None => PUBLIC_API.to_owned(),
        };
        let is_of_environment = url == environments;
        let server = match environment("GITHUB_SERVER_URL").filter(|_| is_of_environment && of_environment.is_some()) {
            Some(url) => checked("GITHUB_SERVER_URL", url.trim_end_matches('/'))?.to_owned(),
            None => server_of(&url),
        };
        Ok(Api { url, server, is_of_environment })
    }

    /// The address of the API, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address of the server, without a slash at its end; repositories lie at `server/owner/name`.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The server's name, with its port if it has one.
    pub fn host(&self) -> &str {
        origin(&self.server).split_once("://").map_or("", |(_, host)| host)
    }

    /// The server's name without a port, as repositories are identified by it.
    pub fn host_name(&self) -> &str {
        let host = self.host();
        host.rsplit_once(':')
            .filter(|(_, port)| port.bytes().all(|it| it.is_ascii_digit()))
            .map_or(host, |(name, _)| name)
    }

    /// Whether it is GitHub.com, or what the environment says is its GitHub.
    pub(crate) fn is_of_environment(&self) -> bool {
        self.is_of_environment
    }

    /// The path and query of an address of this API; nothing for an address of any other place.
    pub(crate) fn path_of<'u>(&self, url: &'u str) -> Option<&'u str> {
        url.strip_prefix(&self.url).filter(|it| it.starts_with('/'))
    }
}

/// An address of an API; that of an enterprise server's front door is completed.
fn with_path(name: &str, url: &str) -> Result<String> {
    checked(name, url)?;
    let is_front_door = origin(url) == url;
    let host = url.split_once("://").map_or("", |(_, host)| host);
    Ok(match host {
        "github.com" => PUBLIC_API.to_owned(),
        _ if !is_front_door || host.starts_with("api.") || is_loopback(host) => url.to_owned(),
        _ if host.ends_with(".ghe.com") => format!("https://api.{host}"),
        _ => format!("{url}/api/v3"),
    })
}

/// The server of an API.
fn server_of(url: &str) -> String {
    match url.strip_prefix("https://api.") {
        _ if url == PUBLIC_API => PUBLIC_SERVER.to_owned(),
        Some(rest) if rest.ends_with(".ghe.com") => format!("https://{rest}"),
        Some(_) | None => origin(url).to_owned(),
    }
}

/// Scheme, host and port of an address.
fn origin(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find('/').map_or(url.len(), |at| start + at);
    &url[..end]
}

fn checked<'u>(name: &str, url: &'u str) -> Result<&'u str> {
    let Some((scheme, rest)) = url.split_once("://") else {
        bail!("{name}: {url:?} is no address; write https://HOST/api/v3");
    };
    ensure!(
        !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_graphic() && !b"@?#\\".contains(&b)),
        "{name}: not the address of an API; write https://HOST/api/v3, without a name, a password or a query in it"
    );
    match scheme {
        "https" => Ok(url),
        "http" if is_loopback(rest.split('/').next().unwrap_or_default()) => Ok(url),
        "http" => bail!("{name}: {url:?} would send the token for all to read; write https://"),
        _ => bail!("{name}: {url:?} has no scheme that is known; write https://HOST/api/v3"),
    }
}

fn is_loopback(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, port)| match port.bytes().all(|b| b.is_ascii_digit()) {
        true => name,
        false => host,
    });
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::Api;

    fn api(given: Option<&str>, variables: &[(&str, &str)]) -> anyhow::Result<Api> {
        Api::of(given, &|name| variables.iter().find(|it| it.0 == name).map(|it| it.1.to_owned()))
    }

    #[test]
    fn where_it_is() {
        let ours =
            [("GITHUB_API_URL", "https://git.acme.example/api/v3"), ("GITHUB_SERVER_URL", "https://git.acme.example")];
        let fake = [("GITHUB_API_URL", "http://127.0.0.1:4020"), ("GITHUB_SERVER_URL", "https://github.com/")];
        let none: [(&str, &str); 0] = [];
        for (given, variables, url, server, is_of_environment) in [
            (None, &none[..], "https://api.github.com", "https://github.com", true),
            (Some("https://api.github.com/"), &none, "https://api.github.com", "https://github.com", true),
            (Some("https://github.com"), &none, "https://api.github.com", "https://github.com", true),
            (
                Some("https://git.acme.example"),
                &none,
                "https://git.acme.example/api/v3",
                "https://git.acme.example",
                false,
            ),
            (
                Some("https://git.acme.example:8443/api/v3/"),
                &none,
                "https://git.acme.example:8443/api/v3",
                "https://git.acme.example:8443",
                false,
            ),
            (Some("https://acme.ghe.com"), &none, "https://api.acme.ghe.com", "https://acme.ghe.com", false),
            (Some("https://api.acme.ghe.com"), &none, "https://api.acme.ghe.com", "https://acme.ghe.com", false),
            (None, &ours, "https://git.acme.example/api/v3", "https://git.acme.example", true),
            (Some("https://api.github.com"), &ours, "https://api.github.com", "https://github.com", false),
            (None, &fake, "http://127.0.0.1:4020", "https://github.com", true),
            (Some("http://localhost:1"), &fake, "http://localhost:1", "http://localhost:1", false),
        ] {
            let api = api(given, variables).unwrap();
            assert_eq!(
                (api.url(), api.server(), api.is_of_environment()),
                (url, server, is_of_environment),
                "{given:?}"
            );
        }
        assert_eq!(api(Some("https://git.acme.example:8443"), &[]).unwrap().host(), "git.acme.example:8443");
        assert_eq!(api(Some("https://git.acme.example:8443"), &[]).unwrap().host_name(), "git.acme.example");
    }

    #[test]
    fn what_is_no_address() {
        for given in [
            "",
            "api.github.com",
            "http://git.acme.example/api/v3",
            "http://127.0.0.1.acme.example",
            "https://user:hunter2@git.acme.example",
            "https://git.acme.example/api/v3?a=b",
            "ftp://git.acme.example",
            "https://",
        ] {
            let error = api(Some(given), &[]).unwrap_err().to_string();
            assert!(error.starts_with("--api-url: ") && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn only_its_own_pages_are_followed() {
        let api = api(Some("https://git.acme.example"), &[]).unwrap();
        assert_eq!(api.path_of("https://git.acme.example/api/v3/orgs/a/repos?page=2"), Some("/orgs/a/repos?page=2"));
        for url in [
            "https://git.acme.example.org/api/v3/orgs",
            "https://git.acme.example/api/v30/orgs",
            "http://git.acme.example/api/v3/orgs",
            "https://evil.example/api/v3/orgs",
            "/orgs",
        ] {
            assert_eq!(api.path_of(url), None, "{url}");
        }
    }
}
