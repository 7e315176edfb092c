# Local: modules/app. What `//` marks is what is copied.
terraform { source = "../../modules//app" }
