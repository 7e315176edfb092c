//! By which mechanisms a small organisation provisions what it needs.

use levelset::facts::{Context, Facts, Identity, Managed, Marker, MarkerKind, Object, Resource, Said};
use levelset::knowledge::classes::Class;
use levelset::org::link;
use levelset::org::provisioning::{Mechanism, find};
use levelset::rules::Rules;
use levelset::source::Location;

use crate::extract::repo;

fn facts(name: &str) -> Facts {
    let mut facts = Facts::new(repo(name));
    let (host, owner) = ("github.com".to_owned(), "acme".to_owned());
    facts.repo.identity = Some(Identity { host, owner, name: name.to_owned() });
    facts
}

fn at(path: &str) -> Location {
    Location::whole_file(&path.into())
}

fn object(group: &str, kind: &str, context: Context) -> Object {
    Object {
        at: at("app.yaml"),
        group: group.to_owned(),
        version: "v1".to_owned(),
        kind: kind.to_owned(),
        name: "orders".to_owned(),
        namespace: None,
        managed: Managed::Raw,
        traits: std::collections::BTreeSet::new(),
        context,
    }
}

fn resource(of_type: &str, context: Context) -> Resource {
    Resource { at: at("main.tf"), r#type: of_type.to_owned(), name: "this".to_owned(), context, shape: None }
}

#[test]
fn mechanisms_are_told_apart() {
    let mut platform = facts("platform");
    let mut api = Marker::of(at("xrd.yaml"), MarkerKind::PlatformApi, "crossplane", Context::Production);
    api.say(Said::Group, "platform.example.org");
    api.say(Said::Kind, "XPostgreSQLInstance");
    api.say(Said::Kind, "PostgreSQLInstance");
    platform.markers.push(api);

    let mut shop = facts("shop");
    shop.objects.push(object("platform.example.org", "PostgreSQLInstance", Context::Production));
    // The same kind of another group is nobody's interface, and an example provisions nothing.
    shop.objects.push(object("other.example.org", "PostgreSQLInstance", Context::Production));
    shop.objects.push(object("s3.services.k8s.aws", "Bucket", Context::Example));
    shop.resources.push(resource("aws_s3_bucket", Context::Production));
    shop.resources.push(resource("AWS::SQS::Queue", Context::Production));
    shop.resources.push(resource("aws_s3_bucket", Context::Test));

    let mut till = facts("till");
    till.objects.push(object("s3.services.k8s.aws", "Bucket", Context::Production));
    let mut script = Marker::of(at("up.sh"), MarkerKind::ImperativeCommand, "aws", Context::Production);
    script.say(Said::Action, "aws rds create-db-instance");
    script.say(Said::Action, "aws s3 ls");
    till.markers.push(script);

    let tables = Rules::load(None).unwrap().tables;
    let org = link(vec![platform, shop, till], &tables);
    let found = find(&org, &tables.knowledge.classes);
    let told: Vec<_> = found
        .iter()
        .flat_map(|((class, mechanism), places)| {
            places.iter().map(|it| (*class, *mechanism, org.repos[it.repo].id.as_str(), &*it.what))
        })
        .collect();
    assert_eq!(
        told,
        [
            (Class::Bucket, Mechanism::RawResource, "acme/shop", "aws_s3_bucket"),
            (Class::Bucket, Mechanism::Operator, "acme/till", "s3.services.k8s.aws/Bucket"),
            (Class::Database, Mechanism::Claim, "acme/shop", "platform.example.org/PostgreSQLInstance"),
            (Class::Database, Mechanism::Script, "acme/till", "aws rds create-db-instance"),
            (Class::Queue, Mechanism::RawResource, "acme/shop", "AWS::SQS::Queue"),
        ]
    );
}
