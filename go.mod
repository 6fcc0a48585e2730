module assay

go 1.26.0
