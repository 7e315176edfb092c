//! What holds of all addresses. Single ones are cases in `testdata/references/terraform-module.tsv`.

use proptest::prelude::*;

use super::{parse, print, provider, redact};
use crate::origin::{Origin, Parsed, Reference};

/// A secret that no part of what is generated could contain.
const SECRET: &str = "S3CR3Tqwerty";

/// Addresses of all kinds, mostly such as somebody would write.
fn address() -> impl Strategy<Value = String> {
    let name = "[a-z][a-z0-9_-]{0,6}[a-z0-9]";
    let host = prop_oneof!["[a-z]{2,5}\\.example\\.org", Just("github.com".to_owned()), Just("gitlab.com".to_owned())];
    let package = prop_oneof![
        (name, name, "[a-z0-9]{1,5}").prop_map(|(a, b, c)| format!("{a}/{b}/{c}")),
        (host.clone(), name, name, "[a-z0-9]{1,5}").prop_map(|(h, a, b, c)| format!("{h}/{a}/{b}/{c}")),
        (host.clone(), name, name).prop_map(|(h, a, b)| format!("git::https://{h}/{a}/{b}.git")),
        (host.clone(), name, name).prop_map(|(h, a, b)| format!("git::ssh://git@{h}:22/{a}/{b}")),
        (host.clone(), name, name).prop_map(|(h, a, b)| format!("git@{h}:{a}/{b}.git")),
        (name, name).prop_map(|(a, b)| format!("github.com/{a}/{b}")),
        (name, name).prop_map(|(a, b)| format!("git::https://dev.azure.com/{a}/{b}/_git/{a}")),
        name.prop_map(|a| format!("git::codecommit::eu-west-1://{a}")),
        (host.clone(), name).prop_map(|(h, a)| format!("https://{h}/{a}-1.2.0.zip")),
        (name, name).prop_map(|(a, b)| format!("s3::https://s3-eu-west-1.amazonaws.com/{a}/{b}.zip")),
        (name, name).prop_map(|(a, b)| format!("www.googleapis.com/storage/v1/{a}/{b}.zip")),
        (host.clone(), name).prop_map(|(h, a)| format!("oci://{h}/{a}")),
        (name, name).prop_map(|(a, b)| format!("tfr:///{a}/{b}/aws")),
        (host, name).prop_map(|(h, a)| format!("hg::https://{h}/{a}")),
        name.prop_map(|a| format!("../{a}")),
        name.prop_map(|a| format!("/opt/{a}")),
    ];
    let folder = prop_oneof![Just(String::new()), "//[a-z]{1,4}(/[a-z*]{1,3})?"];
    let query = prop_oneof![
        Just(String::new()),
        "\\?(ref|tag|version|depth|archive)=[a-z0-9./%#-]{0,9}",
        "\\?ref=[a-z/]{1,5}&depth=1",
    ];
    (package, folder, query).prop_map(|(package, folder, query)| format!("{package}{folder}{query}"))
}

/// All text that a parsed address leaves behind.
fn texts(parsed: &Parsed) -> String {
    format!("{parsed:?}")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(source in "\\PC{0,40}", version in "\\PC{0,12}") {
        let _ = redact(&source);
        let _ = provider(&source, Some(&version));
        for parsed in [parse(&source, None, "a/b"), parse(&source, Some(&version), "")] {
            let _ = print(&Reference::of(parsed));
        }
    }

    #[test]
    fn no_address_with_odd_characters_panics(address in address(), at in 0_usize..60, odd in "[/:?#@&=%*.~\\[\\]é${}-]{1,3}") {
        let mut address = address;
        let at = (0..=at.min(address.len())).rev().find(|it| address.is_char_boundary(*it)).unwrap_or(0);
        address.insert_str(at, &odd);
        if let Ok(Reference { origin, .. }) = parse(&address, None, "a/b") {
            identity_is_clean(&address, &origin)?;
        }
    }

    #[test]
    fn what_is_printed_is_read_as_the_same(address in address()) {
        if let Ok(reference) = parse(&address, None, "") {
            identity_is_clean(&address, &reference.origin)?;
            if let Some(printed) = print(&reference) {
                let constraint = reference.version.constraint.clone();
                prop_assert_eq!(parse(&printed, constraint.as_deref(), ""), Ok(reference), "{} {}", address, printed);
            }
        }
    }

    #[test]
    fn a_secret_is_nowhere(address in address(), place in 0_usize..13) {
        let planted = plant(&address, place);
        prop_assert!(!redact(&planted).contains(SECRET), "{}", redact(&planted));
        for parsed in [parse(&planted, None, "a"), parse(&planted, Some("1.0.0"), "a")] {
            prop_assert!(!texts(&parsed).contains(SECRET), "{planted} {parsed:?}");
        }
    }
}

/// Neither scheme nor `.git`, query or user is left in what names a thing.
fn identity_is_clean(address: &str, origin: &Origin) -> Result<(), TestCaseError> {
    match origin {
        Origin::Repo { host, owner, name, path: _ } => {
            prop_assert!(!host.is_empty() && !name.is_empty(), "{address}");
            prop_assert!(!host.contains(['/', '@', '?', '#']), "{address}: {host}");
            prop_assert!(
                !owner.contains("://") && !owner.starts_with('/') && !owner.ends_with('/'),
                "{address}: {owner}"
            );
            prop_assert!(!name.contains('/'), "{address}: {name}");
        }
        Origin::Registry { host, name, path: _ } => {
            prop_assert!(!host.is_empty() && !name.is_empty(), "{address}");
            prop_assert!(!name.contains(['?', '#', '@']) && !name.contains("://"), "{address}: {name}");
        }
        Origin::Url { host, path } => {
            prop_assert!(!host.is_empty() || !path.is_empty(), "{address}");
            prop_assert!(!host.contains(['/', '@', '?', '#']) && !path.contains('?'), "{address}: {host} {path}");
        }
        Origin::Local { .. } => {}
        Origin::ServerSide { name } => prop_assert!(!name.is_empty(), "{address}"),
        Origin::Image { .. } | Origin::Dynamic { .. } | Origin::Invalid { .. } => prop_assert!(false, "{address}"),
    }
    Ok(())
}

/// The address with the secret at one of the places where people put them.
fn plant(address: &str, place: usize) -> String {
    let (before, rest) = address.split_once("://").unwrap_or(("git::https", "h.example.org/o/r.git"));
    let rest = rest.strip_prefix("git@").unwrap_or(rest);
    let separator = if address.contains('?') { '&' } else { '?' };
    match place {
        0 => format!("{before}://user:{SECRET}@{rest}"),
        1 => format!("git::https://{SECRET}@{rest}"),
        2 => format!("git::https://oauth2:{SECRET}@{rest}"),
        3 => format!("{before}://{SECRET}:x-oauth-basic@{rest}"),
        4 => format!("{address}{separator}sshkey={SECRET}"),
        5 => format!("{address}{separator}aws_access_key_secret={SECRET}&aws_access_token={SECRET}"),
        6 => format!("{address}{separator}private_token={SECRET}"),
        7 => format!("{address}#access_token={SECRET}"),
        8 => format!("{before}://ghp_{SECRET}@{rest}"),
        9 => format!("https://h.example.org/glpat-{SECRET}/{rest}"),
        10 => format!("{before}://user:pa/{SECRET}@{rest}"),
        11 => format!("{address}{separator}checksum=file:https://u:{SECRET}@h.example.org/sums"),
        _ => format!("git::user:{SECRET}@{rest}"),
    }
}
