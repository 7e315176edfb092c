use super::fetches;
use crate::origin::{Origin, Reference};
use crate::resolve::runs::{Script, runs};
use crate::resolve::values::Variables;

/// Every fetch as `folder < host/owner/name//path @ref pin`.
fn told(script: &str) -> String {
    let mut variables = Variables::default();
    variables.set("GITHUB_WORKSPACE", Some("\u{1}"));
    let script = Script {
        text: script.into(),
        line: 1,
        has_lines: true,
        folders: Vec::new(),
        checkout: String::new(),
        variables,
    };
    let shown = fetches(&runs(&script, "", "tools")).into_iter().map(|it| {
        let Reference { origin, version } = it.reference;
        let from = match origin {
            Origin::Repo { host, owner, name, path } if path.is_empty() => format!("{host}/{owner}/{name}"),
            Origin::Repo { host, owner, name, path } => format!("{host}/{owner}/{name}//{path}"),
            Origin::Url { host, path } => format!("url {host}/{path}"),
            Origin::Dynamic { prefix, reason } => format!("{prefix}… ({reason})"),
            other => format!("{other:?}"),
        };
        let reference = version.reference.map(|it| format!(" @{it}")).unwrap_or_default();
        let pin = serde_json::to_value(version.pin).unwrap();
        format!("{} < {from}{reference} {}", it.folder, pin.as_str().unwrap())
    });
    shown.collect::<Vec<_>>().join("; ")
}

#[test]
fn clones() {
    for (script, expected) in [
        ("git clone https://github.com/acme/tf-vpc", "tf-vpc < github.com/acme/tf-vpc default"),
        ("git clone https://github.com/acme/tf-vpc.git/", "tf-vpc < github.com/acme/tf-vpc default"),
        ("git clone git@github.com:acme/tf-vpc.git modules/vpc", "modules/vpc < github.com/acme/tf-vpc default"),
        ("git clone -b v1.2.0 https://h.org/a/b c", "c < h.org/a/b @v1.2.0 exact"),
        ("git clone --branch v1.2.0 --depth 1 https://h.org/a/b c", "c < h.org/a/b @v1.2.0 exact"),
        ("git clone --depth=1 --branch=main https://h.org/a/b c", "c < h.org/a/b @main branch"),
        ("git clone -bv1.2.0 https://h.org/a/b c/", "c < h.org/a/b @v1.2.0 exact"),
        ("git clone -q --single-branch --recurse-submodules https://h.org/a/b ./c", "c < h.org/a/b default"),
        ("git clone -c core.autocrlf=false -j 4 -o up https://h.org/a/b c", "c < h.org/a/b default"),
        ("git -c http.extraheader=x clone https://h.org/a/b c", "c < h.org/a/b default"),
        ("git -C sub clone https://h.org/a/b c", "sub/c < h.org/a/b default"),
        ("git clone -- https://h.org/a/b c", "c < h.org/a/b default"),
        ("git clone --filter=blob:none --no-checkout https://h.org/a/b c", "c < h.org/a/b default"),
        ("git clone --revision=refs/tags/v1.0.0 https://h.org/a/b c", "c < h.org/a/b @refs/tags/v1.0.0 exact"),
        ("cd modules && git clone https://h.org/a/b", "modules/b < h.org/a/b default"),
        ("(cd modules; git clone https://h.org/a/b)", "modules/b < h.org/a/b default"),
        ("mkdir -p x; pushd x; git clone https://h.org/a/b; popd", "x/b < h.org/a/b default"),
        ("git clone https://h.org/a/b \"$GITHUB_WORKSPACE/c\"", "c < h.org/a/b default"),
        ("git clone https://h.org/a/b ../c", "../c < h.org/a/b default"),
        ("git clone https://h.org/a/b /tmp/c", "/tmp/c < h.org/a/b default"),
        ("[ -d c ] || git clone https://h.org/a/b c", "c < h.org/a/b default"),
        ("if ! test -d c; then git clone https://h.org/a/b c; fi", "c < h.org/a/b default"),
        ("sudo -u ci timeout 60 git clone https://h.org/a/b c", "c < h.org/a/b default"),
        ("bash -c 'git clone https://h.org/a/b c'", "c < h.org/a/b default"),
        ("VERSION=v1.2.3\ngit clone -b \"$VERSION\" https://h.org/a/b c", "c < h.org/a/b @v1.2.3 exact"),
        ("git clone -b \"${V:-v2.0.0}\" https://h.org/a/b c", "c < h.org/a/b @v2.0.0 exact"),
        ("git clone -b $1 https://h.org/a/b c", "c < h.org/a/b dynamic"),
        ("git clone https://$TOKEN@github.com/a/b.git c", "c < github.com/a/b default"),
        ("git clone https://x:${TOKEN}@github.com/a/b.git", "b < github.com/a/b default"),
        ("git clone https://user:s3cret@github.com/a/b.git", "b < github.com/a/b default"),
        (
            "git clone https://github.com/acme/$NAME.git c",
            "c < https://github.com/acme/… (NAME is known only where it is fetched) default",
        ),
        ("git clone $URL c", "c < … (URL is known only where it is fetched) default"),
        ("git clone https://h.org/a/b c\ngit -C c checkout v3.1.0", "c < h.org/a/b @v3.1.0 exact"),
        ("git clone https://h.org/a/b c\ncd c\ngit checkout -q v3.1.0", "c < h.org/a/b @v3.1.0 exact"),
        (
            "git clone https://h.org/a/b c && cd c && git reset --hard 0123456789abcdef0123456789abcdef01234567",
            "c < h.org/a/b @0123456789abcdef0123456789abcdef01234567 sha",
        ),
        (
            "git subtree add --prefix modules/vpc https://h.org/a/b v1.0.0 --squash",
            "modules/vpc < h.org/a/b @v1.0.0 exact",
        ),
        ("git subtree add -P c git@h.org:a/b main", "c < h.org/a/b @main branch"),
        ("git submodule add -b stable https://h.org/a/b c", "c < h.org/a/b @stable tag-or-branch"),
        ("git submodule add https://h.org/a/b", "b < h.org/a/b default"),
        ("gh repo clone acme/b c", "c < github.com/acme/b default"),
        ("gh repo clone acme/b c -- --branch v1.0.0 --depth 1", "c < github.com/acme/b @v1.0.0 exact"),
        ("gh repo clone ghe.example.org/acme/b", "b < ghe.example.org/acme/b default"),
        ("git archive --remote=git@h.org:a/b.git v1.0.0 | tar -x -C c", "c < h.org/a/b @v1.0.0 exact"),
        ("terraform init -from-module=git::https://h.org/a/b.git?ref=v1.0.0 c", "c < h.org/a/b @v1.0.0 exact"),
        ("terraform -chdir=c init -from-module github.com/acme/b//m", "c < github.com/acme/b//m default"),
    ] {
        assert_eq!(told(script), expected, "{script}");
    }
}

#[test]
fn archives() {
    for (script, expected) in [
        (
            "curl -sSL https://github.com/acme/b/archive/refs/tags/v1.2.0.tar.gz | tar xz -C modules",
            "modules/b-1.2.0 < github.com/acme/b @v1.2.0 exact",
        ),
        (
            "curl -sSL https://github.com/acme/b/archive/v1.2.0.tar.gz | tar xz --strip-components=1 -C modules/b",
            "modules/b < github.com/acme/b @v1.2.0 exact",
        ),
        (
            "curl -fsSLo b.tgz https://github.com/acme/b/archive/main.tar.gz\ntar -xzf b.tgz",
            "b-main < github.com/acme/b @main branch",
        ),
        (
            "curl -L https://dl.example.org/tf/vpc-1.4.0.tgz -o /tmp/vpc.tgz && tar -xzf /tmp/vpc.tgz -C modules/vpc",
            "modules/vpc < url dl.example.org/tf/vpc-1.4.0.tgz @vpc-1.4.0 tag-or-branch",
        ),
        (
            "curl -LO https://dl.example.org/vpc.zip; unzip -q vpc.zip -d modules/vpc",
            "modules/vpc < url dl.example.org/vpc.zip default",
        ),
        (
            "wget -q https://github.com/acme/b/releases/download/v2.0.0/b.tgz && tar xf b.tgz -C c",
            "c < github.com/acme/b @v2.0.0 exact",
        ),
        ("wget -qO- https://dl.example.org/b.tgz | tar xzC c", "c < url dl.example.org/b.tgz default"),
        ("wget -O x.tgz https://dl.example.org/b.tgz\ntar xzfC x.tgz c", "c < url dl.example.org/b.tgz default"),
        (
            "wget -P dl https://dl.example.org/b.tgz\ntar -x -z -f dl/b.tgz --directory=c",
            "c < url dl.example.org/b.tgz default",
        ),
        ("curl -s https://dl.example.org/b.tgz | gunzip | tar -xf - -C c", "c < url dl.example.org/b.tgz default"),
        (
            "V=v1.0.0\ncurl -L \"https://github.com/acme/b/archive/${V}.zip\" -o b.zip\nunzip b.zip\nmv b-1.0.0 modules",
            "b-1.0.0 < github.com/acme/b @v1.0.0 exact; modules/b-1.0.0 < github.com/acme/b @v1.0.0 exact; modules < github.com/acme/b @v1.0.0 exact",
        ),
        (
            "curl -L https://github.com/acme/b/archive/$V.tar.gz | tar xz --strip 1 -C c",
            "c < github.com/acme/b dynamic",
        ),
        (
            "gh release download v1.0.0 -R acme/b -p b.tgz -D dl && tar -xzf dl/b.tgz -C c",
            "c < github.com/acme/b @v1.0.0 exact",
        ),
        (
            "git clone https://h.org/a/b /tmp/b\ncp -r /tmp/b/modules/vpc modules/",
            "/tmp/b < h.org/a/b default; modules/vpc < h.org/a/b//modules/vpc default; modules < h.org/a/b//modules/vpc default",
        ),
        ("git clone https://h.org/a/b tmp; cp -a tmp/. c", "tmp < h.org/a/b default; c < h.org/a/b default"),
    ] {
        assert_eq!(told(script), expected, "{script}");
    }
}

#[test]
fn what_fetches_nothing() {
    for script in [
        "# git clone https://h.org/a/b c",
        "echo git clone https://h.org/a/b c",
        "echo \"git clone https://h.org/a/b c\"",
        "cat <<EOF\ngit clone https://h.org/a/b c\nEOF",
        "git clone",
        "git clone --bare https://h.org/a/b c",
        "git clone --mirror https://h.org/a/b c",
        "git clone ../other c",
        "git clone /srv/git/b.git c",
        "git clone https://h.org/a/b \"$DIR\"",
        "cd \"$DIR\"; git clone https://h.org/a/b",
        "git fetch https://h.org/a/b",
        "git checkout v1.0.0",
        "command -v git clone",
        "curl -sSL https://dl.example.org/install.sh | bash",
        "curl -o x.tgz https://dl.example.org/b.tgz",
        "curl https://dl.example.org/b.tgz | cat; tar xz -C c",
        "tar -xzf x.tgz -C c",
        "tar -czf x.tgz c",
        "unzip x.zip -d c",
        "cp -r ../x c",
        "cp a b",
        "terraform init",
        "terraform init -from-module=../x c",
        "docker run --rm alpine git clone https://h.org/a/b c",
        "MSG='git clone https://h.org/a/b c'",
    ] {
        assert_eq!(told(script), "", "{script}");
    }
}
