//! Whether a resource is a copy of another: the fingerprint of what it says, without names and values.

use crate::pipeline::Fingerprint;
use crate::syntax::hcl::{Block, Body};

/// With fewer attributes two resources may well be alike without one being a copy of the other.
const FEWEST_ATTRIBUTES: usize = 5;

/// The fingerprint of a resource: its type, and of each attribute of it and of its blocks, in the order in which they
/// are written, the name and the shape of the value. Comments and blanks have no say.
pub(super) fn of_resource(body: &Body<'_>, block: &Block<'_>) -> Option<Fingerprint> {
    let mut canonical = Vec::with_capacity(256);
    canonical.extend_from_slice(body.labels(block).first()?.text.as_bytes());
    let mut attributes = 0;
    for (around, attribute) in body.all_attributes(block) {
        attributes += 1;
        canonical.push(b'\n');
        canonical.extend_from_slice(around.as_bytes());
        canonical.push(b'.');
        canonical.extend_from_slice(attribute.name.as_bytes());
        canonical.push(b'=');
        canonical.extend_from_slice(shape_of(attribute.value));
    }
    (attributes >= FEWEST_ATTRIBUTES).then(|| Fingerprint::of(&canonical))
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
    use super::of_resource;
    use crate::syntax::hcl::scan;

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
        // Names, values, blanks and comments have no say.
        assert_eq!(
            one,
            shape("resource \"a_b\" \"z\" {\n a=2 # x\n b = \"y\"\n c = var.y\n d {\n e = true\n f = [2]\n }\n}")
        );
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
