//! Whether a resource is a copy of another: the fingerprint of what it says, without names and values.

use crate::pipeline::Fingerprint;
use crate::syntax::hcl::{Attribute, Block, Body};

/// With fewer attributes of their own two resources may well be alike without one being a copy of the other.
const FEWEST_ATTRIBUTES: usize = 5;

/// With fewer attributes the type of a resource leaves little to say but the values, whoever wrote it. Such resources
/// are copies only where they say the same too.
const FEWEST_WITHOUT_VALUES: usize = 10;

/// Whether every resource may have an attribute of this name, or nearly every one: it says nothing of what it is.
fn is_everywhere(name: &str) -> bool {
    matches!(name, "count" | "depends_on" | "for_each" | "labels" | "provider" | "tags")
}

/// Types that are rows of a list: records, rules, routes, permissions. All that they have in common is their type, so one
/// is no copy of another; sorted.
const ROWS: &[&str] = &[
    "aws_eip_association",
    "aws_lambda_permission",
    "aws_lb_listener_rule",
    "aws_network_acl_rule",
    "aws_route",
    "aws_route53_record",
    "aws_security_group_rule",
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule",
    "azurerm_network_security_rule",
    "azurerm_private_dns_a_record",
    "azurerm_private_dns_cname_record",
    "azurerm_role_assignment",
    "azurerm_route",
    "cloudflare_dns_record",
    "cloudflare_record",
    "google_compute_firewall",
    "google_dns_record_set",
    "google_project_iam_member",
];

/// The fingerprint of a resource: its type, and of each attribute of it and of its blocks, in the order in which they
/// are written, the name and the shape of the value; with few attributes also what is written out there and names
/// nothing. Comments and blanks have no say.
pub(super) fn of_resource(body: &Body<'_>, block: &Block<'_>) -> Option<Fingerprint> {
    let r#type = body.labels(block).first()?.text;
    let is_own =
        |&(around, it): &(&str, &Attribute<'_>)| !is_everywhere(it.name) && !matches!(around, "lifecycle" | "timeouts");
    let attributes = body.all_attributes(block).filter(is_own).count();
    let fewest = if ROWS.binary_search(&r#type).is_ok() { FEWEST_WITHOUT_VALUES } else { FEWEST_ATTRIBUTES };
    if attributes < fewest {
        return None;
    }
    let mut canonical = Vec::with_capacity(1024);
    canonical.extend_from_slice(r#type.as_bytes());
    for (around, attribute) in body.all_attributes(block) {
        canonical.push(b'\n');
        canonical.extend_from_slice(around.as_bytes());
        canonical.push(b'.');
        canonical.extend_from_slice(attribute.name.as_bytes());
        canonical.push(b'=');
        canonical.extend_from_slice(shape_of(attribute.value));
    }
    if attributes < FEWEST_WITHOUT_VALUES {
        body.all_attributes(block)
            .filter(|(_, it)| !is_name(it.name))
            .for_each(|(_, it)| written(it.value, &mut canonical));
    }
    Some(Fingerprint::of(&canonical))
}

/// Whether an attribute says what something is called, which is changed in a copy: its last word tells.
fn is_name(attribute: &str) -> bool {
    let start = memchr::memrchr(b'_', attribute.as_bytes()).map_or(0, |at| at + 1);
    matches!(
        &attribute[start..],
        "bucket" | "description" | "family" | "id" | "identifier" | "label" | "name" | "prefix" | "sid" | "title"
    )
}

/// Adds what a value has written out: numbers, texts and lists of them, and long texts without their blanks. What is put
/// in, and objects (tags, labels), have no say.
fn written(value: &str, canonical: &mut Vec<u8>) {
    canonical.push(b'\n');
    match value.as_bytes().first() {
        Some(b'"' | b'[') => {
            // Every second part lies in quotes.
            let quoted = value.split('"').skip(1).step_by(2);
            quoted.filter(|it| !it.contains("${")).for_each(|it| {
                canonical.extend_from_slice(it.as_bytes());
                canonical.push(b'"');
            });
        }
        Some(b'<') => canonical.extend(value.bytes().filter(|it| !it.is_ascii_whitespace())),
        Some(b'0'..=b'9' | b'-') => canonical.extend_from_slice(value.as_bytes()),
        _ => {}
    }
}

/// The shape of a value: of a text or a number that it is one, of a truth value which, of a list or an object that it is
/// one, of anything else what it is asked of (`var`, `module`, a type of resource) or computed with.
fn shape_of(value: &str) -> &[u8] {
    match value.as_bytes().first() {
        Some(b'"') => b"\"",
        Some(b'0'..=b'9' | b'-') => b"0",
        Some(b'[') if value.ends_with("[]") => b"[]",
        Some(b'[') => b"[",
        Some(b'{') => b"{",
        Some(b'<') => b"<<",
        _ => {
            let end = value.bytes().position(|b| !b.is_ascii_alphanumeric() && b != b'_').unwrap_or(value.len());
            &value.as_bytes()[..end]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ROWS, of_resource};
    use crate::syntax::hcl::scan;

    #[test]
    fn the_table_is_sorted() {
        assert!(ROWS.is_sorted());
    }

    #[test]
    fn shapes() {
        let shape = |text: &str| {
            let (body, _) = scan(text);
            let block = body.top_level().next().unwrap();
            of_resource(&body, block)
        };
        let block = |inside: &str| format!("resource \"a_b\" \"c\" {{\n{inside}\n}}\n");
        let one = shape(&block("a = 1\nb = \"x\"\nc = var.x\nd { e = true\n f = [1] }"));
        assert!(one.is_some());
        // Names, what is put in, blanks and comments have no say.
        assert_eq!(
            one,
            shape("resource \"a_b\" \"z\" {\n a=1 # x\n b = \"x\"\n c = var.y\n d {\n e = true\n f = [1]\n }\n}")
        );
        // With few attributes values do, but what things are called doesn't.
        assert_ne!(one, shape(&block("a = 1\nb = \"y\"\nc = var.x\nd { e = true\n f = [1] }")));
        let few = |name: &str, value: &str| {
            shape(&block(&format!("zone_id = x.y\nname = \"{name}\"\ntype = \"A\"\nttl = 60\nrecords = [\"{value}\"]")))
        };
        assert_eq!(few("a", "10.0.0.1"), few("b", "10.0.0.1"));
        assert_ne!(few("a", "10.0.0.1"), few("a", "10.0.0.2"));
        assert_eq!(few("a", "${x}"), few("a", "${y}"));
        assert_eq!(shape("resource \"aws_route\" \"x\" { a = 1\nb = 2\nc = 3\nd = 4\ne = 5 }"), None);
        assert_eq!(
            shape(&block("a = 1\nb = 2\nc = 3\ncount = 4\ntags = 5\nlifecycle { create_before_destroy = true }")),
            None
        );
        // With many they don't.
        let many = |value: &str| {
            let lines: Vec<String> = (0..10).map(|n| format!("a{n} = \"{value}\"")).collect();
            shape(&block(&lines.join("\n")))
        };
        assert_eq!(many("x"), many("y"));
        // Attributes, what is asked, truth values and types do.
        for other in [
            "a = 1\nb = \"x\"\nc = var.x\nd { e = true\n g = [1] }",
            "a = 1\nb = \"x\"\nc = local.x\nd { e = true\n f = [1] }",
            "a = 1\nb = \"x\"\nc = var.x\nd { e = false\n f = [1] }",
            "a = 1\nb = \"x\"\nc = var.x\ne = true\nf = [1]",
        ] {
            assert_ne!(one, shape(&block(other)), "{other}");
        }
        assert_ne!(one, shape("resource \"a_c\" \"c\" { a = 1\nb = \"x\"\nc = var.x\nd { e = true\n f = [1] } }"));
        assert_eq!(shape(&block("a = 1\nb = 2\nc = 3\nd = 4")), None);
        assert_eq!(shape("resource {}"), None);
    }
}
