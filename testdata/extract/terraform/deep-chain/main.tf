# Of 40 values in a row the far end is too deep for the first call, and near enough for the second: whoever asks first.
module "far" {
  source = "./${local.v40}"
}

module "near" {
  source = "./${local.v10}"
}

locals {
  v0 = "end"
  v1 = local.v0
  v2 = local.v1
  v3 = local.v2
  v4 = local.v3
  v5 = local.v4
  v6 = local.v5
  v7 = local.v6
  v8 = local.v7
  v9 = local.v8
  v10 = local.v9
  v11 = local.v10
  v12 = local.v11
  v13 = local.v12
  v14 = local.v13
  v15 = local.v14
  v16 = local.v15
  v17 = local.v16
  v18 = local.v17
  v19 = local.v18
  v20 = local.v19
  v21 = local.v20
  v22 = local.v21
  v23 = local.v22
  v24 = local.v23
  v25 = local.v24
  v26 = local.v25
  v27 = local.v26
  v28 = local.v27
  v29 = local.v28
  v30 = local.v29
  v31 = local.v30
  v32 = local.v31
  v33 = local.v32
  v34 = local.v33
  v35 = local.v34
  v36 = local.v35
  v37 = local.v36
  v38 = local.v37
  v39 = local.v38
  v40 = local.v39
}
