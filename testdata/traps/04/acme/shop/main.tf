module "m1" {
  source = "github.com/acme/tf-queue?ref=1.2.0"
}
module "m2" {
  source = "github.com/acme/tf-queue?ref=v2.0.0"
}
module "m3" {
  source = "github.com/acme/tf-queue?ref=f69b36c0a1b2c3d4e5f60718293a4b5c6d7e8f90" # v2.0.0
}
module "m4" {
  source = "github.com/acme/tf-queue?ref=9facf9f"
}
module "m5" {
  source = "github.com/acme/tf-queue?ref=master"
}
module "m6" {
  source = "github.com/acme/tf-queue?ref=4.x"
}
module "m7" {
  source = "github.com/acme/tf-queue?ref=PLAT-101-more-admins"
}
module "m8" {
  source = "github.com/acme/tf-queue?ref=PLAT-102/remove-access"
}
module "m9" {
  source = "github.com/acme/tf-queue"
}
