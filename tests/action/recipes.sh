# shellcheck shell=bash disable=SC2154
# The workflows of docs/recipes, run as they stand. Part of .ci/action.sh, which has the functions and the folders; what is
# given here is what their readers have: an App, an organisation, files of the platform team, `gh`.
recipe=$work/recipes/.github/workflows
# Nothing is released yet, so the action takes the levelset that there is.
given=$work/action-with-binary
cp -R "$action" "$given"
sed -i "s|^    description: The path of a levelset that is there already.*|&\n    default: $tests/bin/levelset|" "$given/action.yml"
locals[1]="acme/levelset@v0.1.0=$given"
more=(--var LEVELSET_APP_CLIENT_ID=an-app -s LEVELSET_APP_PRIVATE_KEY=a-key)
PATH=$tests/bin:$PATH
printf 'organisations: [github.com/acme]\n' > "$workspace/levelset.yaml"
printf 'answers: []\n' > "$workspace/levelset.answers.yaml"

expect 0 run recipe-own push "$recipe/levelset.yml"
[ -f "$work/recipe-own/uploads/search.sarif" ] || wrong "the findings of this repository are nowhere"
[ -f "$work/recipe-own/artifacts/levelset-report/report.html" ] || [ -f "$work/recipe-own/artifacts/levelset-report/report.md" ] ||
  wrong "the report was not kept"

# The history is pushed to a repository beside, and is there a second time without a further commit.
mkdir -p "$work/recipe-weekly/home"
git init --quiet --bare "$work/history.git"
git config --file "$work/recipe-weekly/home/.gitconfig" "url.$work/history.git.insteadOf" https://github.com/acme/search
expect 0 run recipe-weekly schedule "$recipe/levelset-organisation.yml"
day=$(jq -r .as_of "$work/recipe-weekly/artifacts/levelset-report/summary.json")
git -C "$work/history.git" show "levelset-history:$day/facts.jsonl.gz" | gunzip | cmp - "$work/recipe-weekly/artifacts/levelset-report/facts.jsonl"
[ "$(find "$work/recipe-weekly/uploads" -name '*.sarif' | wc -l)" = 10 ] || wrong "findings of the organisation are missing"
expect 0 run recipe-weekly schedule "$recipe/levelset-organisation.yml"
[ "$(git -C "$work/history.git" rev-list --count levelset-history)" = 1 ] || wrong "the same day is there twice"

# All parts together are the whole.
expect 0 run recipe-shards schedule "$recipe/levelset-shards.yml"
"$levelset" scan --no-progress --quiet --config "$workspace/levelset.yaml" --as-of "$day" --out "$work/whole" "$clones"
jq 'del(.as_of)' "$work/whole/summary.json" > "$work/whole.json"
jq 'del(.as_of)' "$work/recipe-shards/artifacts/levelset-report/summary.json" | cmp - "$work/whole.json"
# One part breaks: the report is of the others, and the job is red and says so.
expect 1 run recipe-broken schedule "$recipe/levelset-shards.yml" BROKEN=billing
[ "$(jq .coverage.repositories "$work/recipe-broken/artifacts/levelset-report/summary.json")" = 9 ] || wrong "a report of nine was expected"
grep -q '::warning::1 of 10 repositories were not seen' "$work/recipe-broken.log" || wrong "nobody is told what is missing"
grep -q -- '- acme/billing' "$work/recipe-broken.log" || wrong "nobody is told which repository is missing"

# A pull request that copies a pipeline of another repository: only that is new, and only beside the others.
head=$(
  cd "$workspace"
  export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.com
  git checkout --quiet -b change
  cp "$clones/shop/Dockerfile" Dockerfile.shop
  sed -i 's/^FROM .*/FROM golang:latest/' Dockerfile.shop
  cp "$clones/payments/.github/workflows/pipeline.yaml" .github/workflows/copied.yml
  git add .github Dockerfile.shop && git commit --quiet --message 'A change'
  git checkout --quiet main && git merge --quiet --no-ff --message 'As GitHub joins it' change
  git rev-parse HEAD
)
event() {
  printf '{"pull_request": {"number": 7, "head": {"ref": "change", "repo": {"full_name": "%s"}}, "base": {"ref": "main"}}}' "$1" > "$work/event.json"
}
event acme/search
more+=(-e "$work/event.json")
expect 0 run recipe-change pull_request "$recipe/levelset-pull-request.yml" ORGANISATION="$work/recipe-weekly/artifacts/levelset-report/facts.jsonl"
event somebody/search
expect 0 run recipe-fork pull_request "$recipe/levelset-pull-request.yml"
more=()
for it in change:3 fork:2; do
  [ "$(grep -c '::warning file=' "$work/recipe-${it%:*}.log")" = "${it#*:}" ] || wrong "a pull request adds ${it#*:} findings"
done
copied='::warning file=\.github/workflows/copied\.yml,line=1,.*title=Pipeline became a copy::.* 3rd copy of acme/payments/'
grep -q "$copied" "$work/recipe-change.log" || wrong "nobody is told of the copy"
! grep -q 'title=Pipeline became a copy' "$work/recipe-fork.log" || wrong "a fork got to see other repositories"
