[ break __convertHash __readFileType __warn __fetchClosure ]
