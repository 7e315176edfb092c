aws s3 mb ÿ
