module "gitlab" {
  source = "./modules/gitlab"
}

module "jenkins" {
  source = "./modules/jenkins"
}

module "dir" {
  source = "./modules/dir/network"
}

module "azure" {
  source = "./modules/tf-azure"
}

module "circle" {
  source = "./modules/circle"
}

module "alone" {
  source = "./modules/alone"
}
