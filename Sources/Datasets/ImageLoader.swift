internal import Dispatch
package import Images
internal import Synchronization
package import Tensors

/// Reads, decodes and preprocesses the pictures of a set on several threads.
///
/// Only the pictures of one call to ``next(_:)`` are in memory.
package struct ImageLoader {
  /// A picture as a network takes it.
  package struct Input: Sendable {
    package var item: ImageSet.Item
    package var planes: Preprocessing.Planes
  }

  package var preprocessing: Preprocessing
  /// Height and width of the network's input, `nil` where they are free.
  package var inputSize: PixelSize?
  package var threads: Int
  /// Whether pictures that cannot be decoded are left out.
  package var skipsBadImages: Bool
  /// The errors of pictures that were left out.
  package private(set) var skipped: [HewnError] = []

  private let set: ImageSet
  private var reader: ImageReader
  /// Height and width after preprocessing, those of the first picture.
  private var size: PixelSize?

  /// - Precondition: there is at least one thread.
  package init(
    _ set: ImageSet, preprocessing: Preprocessing, inputSize: PixelSize?, threads: Int,
    skipsBadImages: Bool = false
  ) {
    precondition(threads >= 1, "\(threads) threads")
    self.set = set
    self.preprocessing = preprocessing
    self.inputSize = inputSize
    self.threads = threads
    self.skipsBadImages = skipsBadImages
    reader = ImageReader(set)
  }

  /// The next `count` inputs, fewer only at the end of the set.
  ///
  /// - Throws: `io`; `invalidFile` and `unsupported` for a picture that cannot be decoded, unless
  ///   those are skipped; `invalidArgument` for preprocessing that does not fit a picture, and where
  ///   pictures differ in size. Each names the picture.
  package mutating func next(_ count: Int) throws(HewnError) -> [Input] {
    var inputs: [Input] = []
    while inputs.count < count {
      let pictures = try reader.next(count - inputs.count)
      if pictures.isEmpty { break }
      for (picture, result) in zip(pictures, load(pictures)) {
        switch result {
        case .success(let planes):
          try check(planes, of: picture.item)
          inputs.append(Input(item: picture.item, planes: planes))
        case .failure(let failure):
          guard skipsBadImages, failure.isOfPicture else {
            throw failure.error
          }
          skipped.append(failure.error)
        }
      }
    }
    return inputs
  }

  private func load(_ pictures: [ImageReader.Picture]) -> [Loading.Outcome] {
    let loading = Loading(preprocessing: preprocessing, inputSize: inputSize, path: set.path)
    let results = Mutex([Loading.Outcome?](repeating: nil, count: pictures.count))
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: min(threads, pictures.count)) { _ in
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < pictures.count else { return }
        let result = loading.load(pictures[index])
        results.withLock { $0[index] = result }
      }
    }
    return results.withLock { $0.compactMap(\.self) }
  }

  private mutating func check(
    _ planes: Preprocessing.Planes, of item: ImageSet.Item
  ) throws(HewnError) {
    let size = PixelSize(width: planes.width, height: planes.height)
    guard let want = self.size else {
      self.size = size
      return
    }
    guard size == want else {
      throw HewnError(
        .invalidArgument,
        "\(set.path), \(item.name): \(size) after preprocessing, the first image is \(want); give"
          + " --resize or --crop")
    }
  }
}

/// What threads need to load a picture.
private struct Loading: Sendable {
  typealias Outcome = Result<Preprocessing.Planes, Failure>

  struct Failure: Error {
    var error: HewnError
    /// Whether decoding failed, and not the file system or the preprocessing.
    var isOfPicture: Bool
  }

  var preprocessing: Preprocessing
  var inputSize: PixelSize?
  /// Of the set, for messages.
  var path: String

  func load(_ picture: ImageReader.Picture) -> Outcome {
    let image: Image
    do throws(HewnError) {
      image = try picture.image()
    } catch {
      return .failure(
        Failure(error: error, isOfPicture: [.invalidFile, .unsupported].contains(error.code)))
    }
    do throws(HewnError) {
      return .success(try preprocessing.planes(of: image, inputSize: inputSize))
    } catch {
      let named = HewnError(error.code, "\(path), \(picture.item.name): \(error.message)")
      return .failure(Failure(error: named, isOfPicture: false))
    }
  }
}
