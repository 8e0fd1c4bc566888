/** The Korean texts of the push view. */
export default { 'push/view': { title: '이미지 푸시' } }
