# Three calls, one variable (described), one output (not described).
module "a" { source = "./a" }
module b { source = "./b" }
module "c" { "source" = "./c" }
variable "x" { description = "What x is." }
output "y" { value = { z = "}" } }
