/** The Korean texts of the list of tags. */
export default { 'tags/list': { none: '이 저장소에는 태그가 없습니다.', choose: '{tag} 선택' } }
