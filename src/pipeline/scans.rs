//! Steps that may run a scanner without being its own: templates and actions for checks, which can't be looked into where
//! they are called.

/// Words in names of what looks for faults, whichever way; sorted.
const SCANS: &[&str] =
    &["analysis", "iac", "lint", "linter", "linters", "megalinter", "sast", "scan", "scanner", "scanning", "security"];

/// Words in names that say which tool it is, or what else is looked at; sorted.
const OTHERS: &[&str] = &[
    "actionlint",
    "checkov",
    "codeql",
    "eslint",
    "gitleaks",
    "golangci",
    "hadolint",
    "helm",
    "kics",
    "owasp",
    "prettier",
    "secret",
    "secrets",
    "semgrep",
    "shellcheck",
    "snyk",
    "sonar",
    "sonarqube",
    "terrascan",
    "tflint",
    "tfsec",
    "trivy",
    "veracode",
    "yaml",
    "yamllint",
    "zizmor",
];

/// Whether what is called or used (its identity without version) may run this scanner: it is of another repository, or of
/// nobody knows where, its name says that it scans, and not that it is another tool. What a server knows may run anything.
pub(crate) fn may_scan(identity: &str, tool: &str) -> bool {
    if identity.starts_with("./") {
        return false;
    }
    if identity.starts_with("server:") {
        return true;
    }
    let all: Vec<String> = identity.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_ascii_lowercase).collect();
    let has = |table: &[&str]| all.iter().any(|it| it != tool && table.binary_search(&it.as_str()).is_ok());
    has(SCANS) && !has(OTHERS)
}

#[cfg(test)]
mod tests {
    use super::{OTHERS, SCANS, may_scan};

    #[test]
    fn tables_are_sorted() {
        assert!(SCANS.is_sorted());
        assert!(OTHERS.is_sorted());
    }

    #[test]
    fn names() {
        for (identity, expected) in [
            ("acme/actions/terraform-static-analysis", true),
            ("super-linter/super-linter/slim", true),
            ("acme/ci/.github/workflows/security_scan.yml", true),
            ("acme/ci/.github/workflows/security_snyk_scan.yml", false),
            ("golangci/golangci-lint-action", false),
            ("actions/checkout", false),
            ("server:infrastructure/withPipeline", true),
            ("./.github/workflows/scan.yml", false),
        ] {
            assert_eq!(may_scan(identity, "trivy"), expected, "{identity}");
        }
    }
}
