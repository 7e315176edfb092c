//! What is read of each kind of file and what isn't, in words: the page `docs/evidence.md` is made from it.

use super::FileKind;

/// What is read of a kind of file.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// What is read, or counted.
    pub reads: &'static str,
    /// What is in such files and isn't read.
    pub leaves: &'static str,
    /// The folder in `testdata/extract/` with the cases, where another kind's cases have files of this kind too.
    pub cases: Option<&'static str>,
}

impl FileKind {
    /// What is read of files of this kind, and what isn't. A new kind is described here in one line.
    pub fn about(self) -> About {
        let about = |reads, leaves| About { reads, leaves, cases: None };
        let within = |cases, reads, leaves| About { reads, leaves, cases: Some(cases) };
        let pipeline = "jobs with their order, steps, calls and images";
        let server = "what the server adds or only a run would tell";
        match self {
            FileKind::AppveyorPipeline
            | FileKind::BambooPipeline
            | FileKind::CloudBuildPipeline
            | FileKind::CodebuildPipeline
            | FileKind::CodefreshPipeline
            | FileKind::DronePipeline
            | FileKind::GocdPipeline
            | FileKind::HarnessPipeline
            | FileKind::ProwJobs
            | FileKind::ScrewdriverPipeline
            | FileKind::SemaphorePipeline
            | FileKind::SourcehutPipeline
            | FileKind::TravisPipeline
            | FileKind::WoodpeckerPipeline => about(pipeline, server),
            FileKind::AnsibleGalaxy => {
                about("roles and collections that are required, and their versions", "signatures")
            }
            FileKind::AnsiblePlaybook => about("that it is one, and the roles it names", "its tasks"),
            FileKind::ArmTemplate => about("resources, and templates it links", "what its expressions come to"),
            FileKind::ArgoWorkflow => {
                about("workflows and templates: their graph, steps, images, templates named elsewhere", server)
            }
            FileKind::AzurePipeline => {
                about("stages, jobs, steps, tasks, variables, templates here and elsewhere", server)
            }
            FileKind::BatchScript | FileKind::PowershellScript | FileKind::ShellScript => within(
                "shell-script",
                "its commands: those that provision, reach into machines, check, deliver; where something is fetched or built that another file leaves open",
                "what its variables hold",
            ),
            FileKind::BakeFile => about("contexts, arguments and tags of targets", "functions and matrices"),
            FileKind::BazelModule => about("images that a workspace pulls", "rules that other files define"),
            FileKind::BicepConfig => {
                within("bicep-file", "aliases of registries, where a module is named by one", "anything else")
            }
            FileKind::BicepFile => about("modules and resources", "what its expressions come to"),
            FileKind::BitbucketPipeline => about("pipelines, steps, pipes, imports, images", server),
            FileKind::BuildkitePipeline => about("steps, plugins, groups, images", "pipelines that a script writes"),
            FileKind::BuildpackProject => about("the builder and the buildpacks of a build", "settings of the build"),
            FileKind::CdkApp => about("that it is one, and the libraries of constructs beside it", "its code"),
            FileKind::Changelog => about("that it is there", "its text"),
            FileKind::Chart => about("the chart and its dependencies", "values and templates"),
            FileKind::ChartLock => about("the versions that dependencies of a chart are locked to", "digests"),
            FileKind::ChartRequirements => {
                about("the dependencies of a chart of the first version", "conditions, tags")
            }
            FileKind::CircleciOrb => about("commands, jobs and executors that an orb offers", server),
            FileKind::CircleciPipeline => {
                about("workflows, jobs, commands, orbs, images", "configurations that a job writes")
            }
            FileKind::CirrusPipeline => about("tasks in YAML; of Starlark what it loads", "what Starlark computes"),
            FileKind::CloudformationTemplate => {
                about("resources, nested stacks, applications, modules", "what its functions come to")
            }
            FileKind::CodepipelineTemplate => {
                about("the stages and actions of a pipeline in CloudFormation", "its other resources")
            }
            FileKind::Codeowners => about("rules with their owners and sections", "numbers of approvals"),
            FileKind::ComposeFile => {
                about("images of services, builds with their arguments and what they make", "how services are run")
            }
            FileKind::ConcoursePipeline => about("jobs, steps, resources, tasks, images", server),
            FileKind::DaggerModule => about("the modules it depends on", "its functions: the pipeline is counted"),
            FileKind::ContainerUnit => about("the image that a unit of Podman runs", "how it is run"),
            FileKind::DevContainer => about("its image and its features", "what its commands do"),
            FileKind::EnvFile => {
                within("compose-file", "variables, where a compose file beside it leaves one open", "anything else")
            }
            FileKind::Dockerfile => {
                about("the images that stages start from and copy from, by BuildKit's rules", "what its commands do")
            }
            FileKind::Earthfile => about("targets, what they build on and run", "what only a build would tell"),
            FileKind::EvidenceFile => about(
                "what the rows of the table of files ask for, in YAML, JSON with comments, and HCL; of other formats whether a text stands in it",
                "fields that no row names",
            ),
            FileKind::EvidenceName => within("evidence-file", "that it is there", "its text"),
            FileKind::FleetBundle => about("the charts of a folder and its targets' own", "what is set for targets"),
            FileKind::ForgejoWorkflow | FileKind::GithubWorkflow => about(
                "triggers, jobs, steps, calls of workflows and actions, images, versions beside pinned commits",
                server,
            ),
            FileKind::GitModules => {
                within("terraform", "submodules, where a folder is not there that one may bring", "branches")
            }
            FileKind::GithubAction => {
                about("inputs, outputs, steps of composite actions, images", "what its code does")
            }
            FileKind::GithubActionsLock => about("the commits that refs are locked to", "nothing"),
            FileKind::GitlabPipeline => about("jobs with what they extend, includes, components, images", server),
            FileKind::GradleBuild | FileKind::MavenProject => {
                about("the image that a build starts from or makes (Jib, Spring Boot)", "anything else")
            }
            FileKind::GroovyFile => {
                within("jenkins-pipeline", "stages and steps, where a pipeline loads it", "what its code computes")
            }
            FileKind::HelmValues => about("images, in one text or in parts", "values that templates name otherwise"),
            FileKind::Helmfile => {
                about("releases with their charts, repositories, bases and helmfiles", "what templates fill in")
            }
            FileKind::HclFile => {
                within("terragrunt", "values, where a Terragrunt file takes them from it", "anything else")
            }
            FileKind::InfrastructureCandidate => within(
                "cloudformation-template",
                "its content, to tell whether it is a template of infrastructure",
                "what is none",
            ),
            FileKind::JenkinsLibrary => {
                about("steps that a library offers, and the pipeline in them", "what its code computes")
            }
            FileKind::JenkinsLibraryHelp => within("jenkins-library", "that a step is described", "its text"),
            FileKind::JenkinsPipeline => {
                about("stages, steps, libraries and what of them is called, images", "what its code computes")
            }
            FileKind::Justfile | FileKind::Makefile | FileKind::PackageJson | FileKind::Taskfile => within(
                "terraform",
                "what targets run that pipelines name; what they fetch or build that another file leaves open",
                "anything else",
            ),
            FileKind::OtherPipeline => {
                within("github-workflow", "that it is there", "its text: the pipeline is unread")
            }
            FileKind::KoConfig => about("base images", "what ko takes where nothing is said"),
            FileKind::Kustomization => {
                about("what is brought in from here and elsewhere, charts, images", "patches and generators")
            }
            FileKind::KubernetesManifest => about(
                "objects by kind, images of workloads, who keeps them, what the rows of the table of objects ask for; in templates what is literal",
                "what a template engine, the server or a patch fills in",
            ),
            FileKind::OwnersFile => {
                about("approvers of folders and filters, aliases", "reviewers, files that others are taken from")
            }
            FileKind::PipelineCandidate => {
                within("azure-pipeline", "its content, to tell which system it belongs to", "what belongs to none")
            }
            FileKind::Prose => about(
                "procedures with their steps, instructions to click or to ask, runbooks by their title, the links of pages that list places in repositories",
                "whether it is true or followed",
            ),
            FileKind::PulumiProject => about("packages, and resources in YAML", "programs in other languages"),
            FileKind::Readme => about(
                "that it is there, the links that it lists; procedures and instructions, as in other prose",
                "whether it is true or followed",
            ),
            FileKind::ServerlessService => about("plugins and the provider", "functions and their events"),
            FileKind::SpinnakerPipeline => about("stages of a dinghyfile", "managed delivery, which is counted"),
            FileKind::TeamcityPipeline => {
                about("build types and their steps in Kotlin", "settings in XML, which are counted")
            }
            FileKind::TektonResource => about("pipelines, tasks and runs, what they name elsewhere, images", server),
            FileKind::Terraform | FileKind::TerraformJson => about(
                "module calls through locals, defaults and overrides; providers, resources, and what rows say of them; what a folder offers as a module",
                "what only a plan would tell",
            ),
            FileKind::TerraformStack => about("the modules that components call, providers", "deployments"),
            FileKind::TerraformTest => about("the modules that runs call", "assertions"),
            FileKind::TerraformVariables => {
                within("terraform", "that it is there: the folder is applied", "the values")
            }
            FileKind::Terragrunt => about("sources, includes, catalogues, stacks", "what only a run would tell"),
            FileKind::TerragruntJson => within("terragrunt", "that it is there", "its text"),
            FileKind::Yaml => within(
                "kubernetes-manifest",
                "whether it holds objects; its text, where a pipeline includes it",
                "anything else",
            ),
        }
    }
}
