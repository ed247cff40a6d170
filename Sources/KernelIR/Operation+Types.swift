extension Operation { package var isDefined: Bool { true } }
