git clone ÿþ x modules/vpc
